/**
 * Refunds: parts of a captured amount that go back while the payment stays. Any number may be under way at once; what they are
 * about to take is no longer there for others (`Payment.refunding`).
 */
import type { PaymentId, RefundId } from '#contracts/ids.ts';
import { format, type Money } from '#contracts/money.ts';
import { type Failure, fail, ok, type Result } from '#contracts/result.ts';
import { bookRefund } from './bookkeeping.ts';
import { texts } from './customer-texts.ts';
import { type Decision, undoCapture } from './decide.ts';
import { inCurrencyOf, type Payment } from './payment.ts';
import type { RefundResult } from './provider-results.ts';
import { refundEnded } from './replies.ts';
import { type InvalidPaymentState, invalidPaymentState } from './staff-requests.ts';

export type RefundState = 'REQUESTED' | 'SUCCEEDED' | 'FAILED';

export interface Refund {
  readonly id: RefundId;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly state: RefundState;
  readonly requestedBy: 'ORDER' | 'STAFF' | 'PROVIDER';
  /** Why, for staff. */
  readonly reason: string;
  /** Why it failed, in the provider's words. Null unless it did. */
  readonly failure: string | null;
  /** The provider's own name, of one that was made there by hand. */
  readonly reference: string | null;
  readonly requestedAt: Date;
}

export interface RefundTooLarge extends Failure<'RefundTooLarge'> {
  readonly maximumRefundable: Money;
}

/** What can still be given back: captured, and neither back already, nor on its way, nor called back by a bank. */
export const refundable = (payment: Payment): Money =>
  inCurrencyOf(
    payment,
    payment.status === 'CAPTURED'
      ? Math.max(0, payment.captured - payment.refunded - payment.refunding - payment.disputed)
      : 0,
  );

export type RefundRequest = Pick<Refund, 'id' | 'amount' | 'requestedBy' | 'reason'>;

export interface BegunRefund extends Decision {
  readonly refund: Refund;
}

/** Opens a call of its own for the refund; the payment's status stays. */
export const requestRefund = (
  payment: Payment,
  request: RefundRequest,
  now: Date,
): Result<BegunRefund, InvalidPaymentState | RefundTooLarge> => {
  if (payment.status !== 'CAPTURED') return fail(invalidPaymentState(payment, 'REFUNDED'));
  const maximumRefundable = refundable(payment);
  const { amount, currency } = request.amount;
  if (currency !== maximumRefundable.currency || amount > maximumRefundable.amount || amount < 1)
    return fail({
      kind: 'RefundTooLarge',
      message: texts.refundTooLarge(format(maximumRefundable)),
      maximumRefundable,
    });
  return ok({
    payment: { ...payment, refunding: payment.refunding + amount },
    refund: { ...request, paymentId: payment.id, state: 'REQUESTED', failure: null, reference: null, requestedAt: now },
    call: { kind: 'REFUND', amount: request.amount, refundId: request.id },
    lines: [],
    replies: [],
  });
};

/** What follows from the provider's answer. A cancel that has waited for the last refund under way goes on. */
export const endRefund = (
  before: Payment,
  { id, amount }: Pick<Refund, 'id' | 'amount'>,
  result: RefundResult,
  now: Date,
): Decision => {
  const booked = bookRefund(before, amount, result);
  const isWhole = booked.payment.refunded === booked.payment.captured;
  const payment: Payment =
    booked.payment.status === 'CAPTURED' && isWhole ? { ...booked.payment, status: 'REFUNDED' } : booked.payment;
  const reply = refundEnded(payment, { id, amount }, result);
  if (payment.status !== 'CANCELLING') return { payment, lines: booked.lines, replies: [reply] };
  const undone = undoCapture(payment, now);
  return { ...undone, lines: booked.lines, replies: [reply, ...undone.replies] };
};
