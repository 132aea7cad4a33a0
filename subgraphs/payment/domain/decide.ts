/** What follows from a command or a provider result: pure, so that every interleaving can be tested without a database. */
import type { NewMessage } from '#contracts/envelope.ts';
import type { PaymentId } from '#contracts/ids.ts';
import { format } from '#contracts/money.ts';
import { bookResult } from './bookkeeping.ts';
import { texts } from './customer-texts.ts';
import type { Call } from './operation.ts';
import { heldBy, inCurrencyOf, type LedgerLine, type Payment } from './payment.ts';
import { type PayWith, secretOf } from './payment-method.ts';
import {
  type Input,
  type InputKind,
  isWaiting,
  type OperationKind,
  type PaymentStatus,
  type Step,
  stepFor,
} from './payment-states.ts';
import { captureFailed, replyFor } from './replies.ts';

export interface Decision {
  readonly payment: Payment;
  /** The operation to open. */
  readonly call?: Call;
  /** What happened to the money. */
  readonly lines: readonly LedgerLine[];
  readonly replies: readonly NewMessage[];
}

/** What the order sends to start a payment. */
export type PaymentRequest = Pick<
  Payment,
  'attemptId' | 'orderId' | 'customerId' | 'amount' | 'provider' | 'correlationId'
> & {
  /** Undefined for a method on file that this customer cannot pay with. */
  readonly method: PayWith | undefined;
};

/**
 * The first decision about an attempt. One that was withdrawn before it arrived, or has no method, is declined without asking the
 * provider.
 */
export const beginPayment = (
  { method, ...request }: PaymentRequest,
  { id, now, withdrawn }: { id: PaymentId; now: Date; withdrawn: boolean },
): Decision => {
  const refusal = withdrawn
    ? ({ status: 'WITHDRAWN', declineReason: 'WITHDRAWN', reasonText: texts.withdrawn } as const)
    : ({ status: 'DECLINED', declineReason: 'INVALID_METHOD', reasonText: texts.methodNotOnFile } as const);
  const isRefused = withdrawn || method === undefined;
  const payment: Payment = {
    ...request,
    ...{ id, createdAt: now, authorized: 0, captured: 0, refunded: 0, refunding: 0, disputed: 0, openDisputes: 0 },
    ...{ reference: null, actionUrl: null, nextCheckAt: null },
    ...(isRefused ? refusal : { status: 'AUTHORIZING', declineReason: null, reasonText: null }),
  };
  return isRefused
    ? { payment, lines: [], replies: [replyFor('declined', payment)] }
    : { payment, call: { kind: 'AUTHORIZE', secret: secretOf(method) }, lines: [], replies: [] };
};

/** Whether the status has a step for this input. */
export const isExpected = (payment: Payment, kind: Input['kind']): boolean =>
  stepFor(payment.status, kind) !== undefined;

/** Throws on an input that the status has no step for: callers check `isExpected`, or know it from the open operation. */
export const decide = (payment: Payment, input: Input, now: Date): Decision => {
  const step = stepFor(payment.status, columnOf(payment, input));
  if (!step) throw new Error(`payment ${payment.id}: unexpected ${input.kind} when ${payment.status}`);
  const known = input.kind === 'capture' && step.call ? replyToCapture(payment, input) : undefined;
  if (known) return { payment, lines: [], replies: [known] };
  const booked = bookResult(payment, input);
  if (step.call === 'REFUND') {
    const undone = undoCapture(booked.payment, now);
    return { ...undone, lines: booked.lines };
  }
  const next = enter(booked.payment, step, now);
  return {
    payment: next,
    ...(step.call && { call: callOf(step.call, input) }),
    lines: booked.lines,
    replies: step.reply ? [replyFor(step.reply, next)] : [],
  };
};

/**
 * Gives back all that is left of a capture, once no refund is under way. What banks have called back their customers have already:
 * a provider refuses to refund it.
 */
export const undoCapture = (payment: Payment, now: Date): Omit<Decision, 'lines'> => {
  const to = (status: PaymentStatus) => enter(payment, { to: status }, now);
  if (payment.refunding > 0) return { payment: to('CANCELLING'), replies: [] };
  const left = payment.captured - payment.refunded - payment.disputed;
  if (left > 0)
    return {
      payment: to('REFUNDING'),
      call: { kind: 'REFUND', amount: inCurrencyOf(payment, left) },
      replies: [],
    };
  const refunded = to('REFUNDED');
  return { payment: refunded, replies: [replyFor('cancelled', refunded)] };
};

const columnOf = (payment: Payment, input: Input): InputKind => {
  if (input.kind === 'captured' && input.held.amount > 0) return 'partlyCaptured';
  if (input.kind === 'voided' && payment.captured > payment.refunded) return 'restVoided';
  return input.kind;
};

/**
 * The reply to a capture that is not made: it has been made already, or cannot be. Which one it is, is known by what was captured
 * before it, so that the same one asked for again takes nothing more.
 */
const replyToCapture = (
  payment: Payment,
  { amount, capturedBefore = 0, isPossible = true }: Extract<Input, { kind: 'capture' }>,
): NewMessage | undefined => {
  if (!isPossible) return captureFailed(payment, 'Its provider does not capture in parts.');
  if (capturedBefore < payment.captured) return replyFor('captured', payment);
  const held = inCurrencyOf(payment, heldBy(payment));
  if (capturedBefore > payment.captured || amount.currency !== held.currency)
    return captureFailed(payment, 'The captures before it, or its currency, differ from the hold.');
  return amount.amount < 1 || amount.amount > held.amount
    ? captureFailed(payment, `Nothing, or more than ${format(held)}, which is held.`)
    : undefined;
};

// 10 s: webhooks are immediate; a lookup covers one that was lost, and the customer is watching.
const checkEveryMs = 10_000;
export const nextCheckAt = (now: Date): Date => new Date(now.getTime() + checkEveryMs);

/** A check that a webhook scheduled while the call was still out is kept, and is then due at once. */
const enter = (payment: Payment, { to = payment.status }: Step, now: Date): Payment => ({
  ...payment,
  status: to,
  actionUrl: to === 'ACTION_REQUIRED' ? payment.actionUrl : null,
  // Money that comes by hand is recorded by hand: nothing is to be seen before.
  nextCheckAt: isWaiting(to) && to !== 'AWAITING_FUNDS' ? (payment.nextCheckAt ?? nextCheckAt(now)) : null,
});

const callOf = (kind: OperationKind, input: Input): Call => {
  if (input.kind === 'capture') return { kind, amount: input.amount, isFinal: input.isFinal ?? true };
  if (input.kind === 'confirm') return { kind, secret: input.code };
  return { kind };
};
