/** A payment provider to develop and test against; ./tokens.ts lists its behaviours. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { money } from '#contracts/money.ts';
import type { Clock } from '#platform/database/transaction.ts';
import type { AuthorizationResult, CaptureResult, RefundResult, VoidResult } from '../../domain/provider-results.ts';
import type { PaymentProvider, ProviderCall } from '../../usecases/ports.ts';
import {
  holdFunds,
  inMemory,
  lockPayment,
  type Memory,
  recordEffect,
  type SimulatedPayment,
  updatePayment,
} from './memory.ts';
import { type Behaviour, behaviourOf } from './tokens.ts';
import { queueWebhook } from './webhook-queue.ts';

export interface SimulatorOptions {
  readonly pool: pg.Pool;
  readonly latencyMs: number;
  readonly clock?: Clock;
}

// 50 ms: long enough for "processing" to be observable, short enough for a test to wait for the outcome.
const settlesAfterMs = 50;

export const simulator = ({ pool, latencyMs, clock = (time) => time }: SimulatorOptions): PaymentProvider => {
  const line = { pool, latencyMs, clock };
  const tokenOf = async (reference: string): Promise<string> => {
    const { rows } = await pool.query<{ token: string }>('SELECT token FROM simulator.payment WHERE reference = $1', [
      reference,
    ]);
    return rows[0]?.token ?? '';
  };
  /** Handles a request about an existing payment, under its lock. */
  const about = async <A extends object>(
    { reference, ...request }: { readonly reference: string },
    call: Parameters<PaymentProvider['void']>[1],
    work: (memory: Memory, payment: SimulatedPayment, behaviour: Behaviour, now: Date) => Promise<A>,
  ): Promise<A> => {
    const behaviour = behaviourOf(await tokenOf(reference));
    return once(line, call, { reference, ...request }, behaviour.losesFirst, async (memory, now) =>
      work(memory, await lockPayment(memory, reference, now), behaviour, now),
    );
  };

  return {
    name: 'simulator',
    // Its tables remember every key.
    keepsKeysForMs: Number.POSITIVE_INFINITY,
    state: () => Promise.reject(new Error('not asked of a simulator that forgets no key')),
    find: () => Promise.reject(new Error('not asked of a simulator that forgets no key')),
    authorize: ({ attemptId, orderId, amount, method }, call) => {
      const token = 'token' in method ? method.token : (method.saved.reference.split('#')[0] ?? '');
      return once(line, call, { attemptId, orderId, amount, token }, behaviourOf(token).losesFirst, (memory, now) =>
        authorize(memory, { attempt: attemptId, token, ...amount }, now),
      );
    },
    confirm: (request, call) =>
      about(request, call, async (memory, payment, behaviour, now) => {
        if (payment.status !== 'requires_action') return authorizationState(payment);
        const next =
          request.code === 'approve'
            ? await holdFunds(memory, payment)
            : await decline(memory, payment, 'CARD_DECLINED');
        await queueWebhook(memory, next, now, behaviour.webhookCopies);
        return authorizationState(next);
      }),
    capture: (request, call) =>
      about(request, call, (memory, payment, behaviour) => capture(memory, payment, behaviour, request.amount.amount)),
    void: (request, call) => about(request, call, cancel),
    refund: (request, call) =>
      about(request, call, (memory, payment, behaviour) => refund(memory, payment, behaviour, request.amount.amount)),
    saveMethod: async ({ customerId, token }, { key }) => {
      const { onAuthorize } = behaviourOf(token);
      if (typeof onAuthorize === 'object')
        return { kind: 'methodRefused', reason: onAuthorize.decline, message: onAuthorize.message };
      return {
        ...{ kind: 'methodSaved', reference: `${token}#${key}`, customerReference: `sim_${customerId}` },
        ...{ brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2034 },
      };
    },
    removeMethod: async () => undefined,
    lookup: async ({ reference }) =>
      inMemory(pool, async (memory, now) => authorizationState(await lockPayment(memory, reference, clock(now)))),
  };
};

type Begun = Pick<SimulatedPayment, 'attempt' | 'token' | 'amount' | 'currency'>;

const authorize = async (memory: Memory, begun: Begun, now: Date): Promise<AuthorizationResult> => {
  const { onAuthorize, webhookCopies } = behaviourOf(begun.token);
  const settles_at = new Date(now.getTime() + settlesAfterMs);
  const status = onAuthorize === 'process' ? 'processing' : 'requires_action';
  const payment: SimulatedPayment = {
    ...begun,
    ...{ reference: `sim_${randomUUID().replaceAll('-', '')}`, status, captured: 0, refunded: 0 },
    ...{ decline_reason: null, settles_at: status === 'processing' ? settles_at : null },
  };
  await memory.query(
    `INSERT INTO simulator.payment (reference, attempt, token, amount, currency, status, settles_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [payment.reference, begun.attempt, begun.token, begun.amount, begun.currency, status, payment.settles_at],
  );
  if (begun.amount < 1) return authorizationState(await decline(memory, payment, 'INVALID_METHOD'));
  if (typeof onAuthorize === 'object') {
    const answer = authorizationState(await decline(memory, payment, onAuthorize.decline));
    return answer.kind === 'declined' ? { ...answer, message: onAuthorize.message } : answer;
  }
  if (onAuthorize === 'approve') return authorizationState(await holdFunds(memory, payment));
  if (onAuthorize === 'process') await queueWebhook(memory, payment, settles_at, webhookCopies);
  return authorizationState(payment);
};

const decline = async (
  memory: Memory,
  payment: SimulatedPayment,
  reason: NonNullable<SimulatedPayment['decline_reason']>,
): Promise<SimulatedPayment> => {
  await memory.query(`UPDATE simulator.payment SET status = 'declined', decline_reason = $2 WHERE reference = $1`, [
    ...[payment.reference, reason],
  ]);
  return { ...payment, status: 'declined', decline_reason: reason };
};

const authorizationState = ({
  reference,
  status,
  amount,
  currency,
  decline_reason,
}: SimulatedPayment): AuthorizationResult => {
  switch (status) {
    case 'processing':
      return { kind: 'processing', reference };
    case 'requires_action':
      return { kind: 'actionRequired', reference, actionUrl: null };
    case 'requires_capture':
    case 'captured':
      return { kind: 'approved', reference, held: money(amount, currency) };
    case 'declined':
    case 'canceled':
      return {
        ...{ kind: 'declined', reference, reason: decline_reason ?? 'CARD_DECLINED' },
        message: status === 'canceled' ? 'The payment was cancelled.' : 'The payment was declined.',
      };
    default:
      throw new Error(`unknown status ${status satisfies never}`);
  }
};

const capture = async (
  memory: Memory,
  payment: SimulatedPayment,
  { refuses }: Behaviour,
  amount: number,
): Promise<CaptureResult> => {
  const refused = (reason: string): CaptureResult => ({ kind: 'captureRefused', reason });
  if (refuses?.includes('capture')) return refused('The bank refuses to pay out.');
  if (payment.status !== 'requires_capture') return refused(`There is nothing to capture: ${payment.status}.`);
  if (amount > payment.amount) return refused('More than is held.');
  await recordEffect(memory, payment, 'CAPTURE', amount);
  await updatePayment(memory, payment, { status: 'captured', captured: amount });
  return { kind: 'captured', amount: money(amount, payment.currency) };
};

const cancel = async (memory: Memory, payment: SimulatedPayment, { refuses }: Behaviour): Promise<VoidResult> => {
  const held = money(payment.amount, payment.currency);
  if (payment.status === 'captured') return { kind: 'voidRefused', reason: 'It is captured.', held };
  const isHeld = payment.status === 'requires_capture';
  if (isHeld && refuses?.includes('void'))
    return { kind: 'voidRefused', reason: 'The bank will not let the hold go.', held };
  if (isHeld) await recordEffect(memory, payment, 'VOID', payment.amount);
  await updatePayment(memory, payment, { status: 'canceled' });
  return { kind: 'voided', released: isHeld ? held : null };
};

const refund = async (
  memory: Memory,
  payment: SimulatedPayment,
  { refuses }: Behaviour,
  amount: number,
): Promise<RefundResult> => {
  const refused = (reason: string): RefundResult => ({ kind: 'refundRefused', reason });
  if (refuses?.includes('refund')) return refused('The bank will not take the money back.');
  if (amount > payment.captured - payment.refunded) return refused('More than is left of the capture.');
  await recordEffect(memory, payment, 'REFUND', amount);
  await updatePayment(memory, payment, { refunded: payment.refunded + amount });
  return { kind: 'refunded', amount: money(amount, payment.currency) };
};

interface Endpoint {
  readonly pool: pg.Pool;
  /** The network latency of a request. */
  readonly latencyMs: number;
  readonly clock: Clock;
}

/**
 * The simulator's own idempotency: runs `work` for the first request with this key. Later requests get the same answer, or an
 * error when they differ from the first (as from Stripe). A request or an answer that is to be lost leaves the caller waiting
 * until it gives up.
 */
const once = async <A extends object>(
  { pool, latencyMs, clock }: Endpoint,
  { key, signal }: ProviderCall,
  request: Readonly<Record<string, unknown>>,
  losesFirst: Behaviour['losesFirst'],
  work: (memory: Memory, now: Date) => Promise<A>,
): Promise<A> => {
  await pause(latencyMs, undefined, { signal });
  const { isFirst, answer } = await inMemory(pool, async (memory, now) => {
    const asked = JSON.stringify(request);
    const inserted = await memory.query(
      'INSERT INTO simulator.answer (key, request) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [key, asked],
    );
    const isFirst = inserted.rowCount === 1;
    if (isFirst && losesFirst === 'request') return { isFirst, answer: null };
    const known = isFirst ? null : await earlierAnswer<A>(memory, key, asked);
    if (known) return { isFirst, answer: known };
    const answer = await work(memory, clock(now));
    await memory.query('UPDATE simulator.answer SET answer = $2 WHERE key = $1', [key, JSON.stringify(answer)]);
    return { isFirst, answer };
  });
  if (answer === null || (isFirst && losesFirst === 'answer')) return neverAnswer(signal);
  return answer;
};

const earlierAnswer = async <A>(memory: Memory, key: string, asked: string): Promise<A | null> => {
  const { rows } = await memory.query<{ request: string; answer: A | null }>(
    'SELECT request, answer FROM simulator.answer WHERE key = $1 FOR UPDATE',
    [key],
  );
  if (rows[0]?.request !== asked) throw new Error(`the key ${key} was used for another request`);
  return rows[0].answer;
};

const neverAnswer = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
  });
