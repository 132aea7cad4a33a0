/** What follows from a command or an answer: purely, so that every interleaving can be tried without a database. */
import type { NewMessage } from '#contracts/envelope.ts';
import type { PaymentId } from '#contracts/ids.ts';
import { equals, type Money } from '#contracts/money.ts';
import { bookResult } from './bookkeeping.ts';
import type { Input } from './inputs.ts';
import type { Call } from './operation.ts';
import { inCurrencyOf, type LedgerLine, type Payment } from './payment.ts';
import { isWaiting, type OperationKind, type Step, stepFor } from './payment-states.ts';
import { captureFailed, replyFor, withdrawnText } from './replies.ts';

export interface Decision {
  readonly payment: Payment;
  /** An operation to open. */
  readonly call?: Call;
  /** What happened to money. */
  readonly lines: readonly LedgerLine[];
  readonly replies: readonly NewMessage[];
}

/** What a payment begins as. */
export type Beginning = Pick<
  Payment,
  'attemptId' | 'orderId' | 'customerId' | 'amount' | 'provider' | 'correlationId'
> & {
  readonly token: string;
};

/** The first thing that happens to an attempt, unless it was withdrawn before it came. */
export const beginPayment = (
  { token, ...beginning }: Beginning,
  { id, now, withdrawn }: { id: PaymentId; now: Date; withdrawn: boolean },
): Decision => {
  const payment: Payment = {
    ...beginning,
    ...{ id, createdAt: now, status: withdrawn ? 'WITHDRAWN' : 'AUTHORIZING' },
    ...{ authorized: 0, captured: 0, refunded: 0 },
    ...{ reference: null, actionUrl: null, nextCheckAt: null },
    ...(withdrawn
      ? { declineReason: 'WITHDRAWN', reasonText: withdrawnText }
      : { declineReason: null, reasonText: null }),
  };
  return withdrawn
    ? { payment, lines: [], replies: [replyFor('declined', payment)] }
    : { payment, call: { kind: 'AUTHORIZE', secret: token }, lines: [], replies: [] };
};

/** Whether the status has anything to do with this input at all. */
export const isExpected = (payment: Payment, kind: Input['kind']): boolean =>
  stepFor(payment.status, kind) !== undefined;

/** Throws on an input that its status has no step for: callers ask `isExpected`, or know by the open operation. */
export const decide = (payment: Payment, input: Input, now: Date): Decision => {
  const step = stepFor(payment.status, input.kind);
  if (!step) throw new Error(`payment ${payment.id}: nothing follows from ${input.kind} when ${payment.status}`);
  if (input.kind === 'capture' && step.call && !isWhatIsHeld(payment, input.amount))
    return {
      payment,
      lines: [],
      replies: [captureFailed(payment, 'Another amount than is held, or another currency.')],
    };
  const booked = bookResult(payment, input);
  const next = enter(booked.payment, step, now);
  return {
    payment: next,
    ...(step.call && { call: callOf(step.call, next, input) }),
    lines: booked.lines,
    replies: step.reply ? [replyFor(step.reply, next)] : [],
  };
};

/** An attempt is captured once, so less than all of its hold would leave the rest held for nobody. */
const isWhatIsHeld = (payment: Payment, asked: Money): boolean =>
  asked.amount > 0 && equals(asked, inCurrencyOf(payment, payment.authorized));

// 10 s: webhooks tell at once; asking is for one that was lost, and the customer is watching.
const checkEveryMs = 10_000;
export const nextCheckAt = (now: Date): Date => new Date(now.getTime() + checkEveryMs);

/** A check that a webhook asked for while the call was still out is kept, and then comes at once. */
const enter = (payment: Payment, { to = payment.status }: Step, now: Date): Payment => ({
  ...payment,
  status: to,
  actionUrl: to === 'ACTION_REQUIRED' ? payment.actionUrl : null,
  nextCheckAt: isWaiting(to) ? (payment.nextCheckAt ?? nextCheckAt(now)) : null,
});

const callOf = (kind: OperationKind, payment: Payment, input: Input): Call => {
  if (kind === 'CAPTURE' && input.kind === 'capture') return { kind, amount: input.amount };
  if (kind === 'CONFIRM' && input.kind === 'confirm') return { kind, secret: input.code };
  if (kind === 'REFUND') return { kind, amount: inCurrencyOf(payment, payment.captured - payment.refunded) };
  return { kind };
};
