/** The events that report the state of an attempt to its order. */
import { message, type NewMessage } from '#contracts/envelope.ts';
import type { RefundId } from '#contracts/ids.ts';
import * as messages from '#contracts/messages/payment.ts';
import type { Money } from '#contracts/money.ts';
import { texts } from './customer-texts.ts';
import type { Dispute } from './dispute.ts';
import { type Attempt, heldBy, inCurrencyOf, type Payment } from './payment.ts';
import type { Reply } from './payment-states.ts';
import type { RefundResult } from './provider-results.ts';

/** The attempt, not the payment: some replies concern an attempt that never became one. */
const aggregate = ({ attemptId }: Attempt) => ({ type: 'payment-attempt', id: attemptId });
const names = ({ attemptId, orderId }: Attempt) => ({ attemptId, orderId });
const withPayment = (payment: Payment) => ({ ...names(payment), paymentId: payment.id });

const totals = (payment: Payment): messages.PaymentTotals => ({
  captured: inCurrencyOf(payment, payment.captured),
  refunded: inCurrencyOf(payment, payment.refunded),
  disputed: inCurrencyOf(payment, payment.disputed),
  openDisputes: payment.openDisputes,
});

/** `payment.cancelled` reports what was undone, judged by the money and not by the path taken. */
const undone = (payment: Payment) => {
  if (payment.refunded > 0) return { outcome: 'REFUNDED', refunded: inCurrencyOf(payment, payment.refunded) } as const;
  return { outcome: payment.authorized > 0 ? 'VOIDED' : 'NOTHING', refunded: null } as const;
};

const replies: Record<Reply, (payment: Payment) => NewMessage> = {
  authorized: (payment) =>
    message(messages.PaymentAuthorized, aggregate(payment), {
      ...withPayment(payment),
      amount: inCurrencyOf(payment, payment.authorized),
    }),
  // An authorization requested again after it was undone has no reason from the provider: it counts as withdrawn.
  declined: (payment) =>
    message(messages.PaymentDeclined, aggregate(payment), {
      ...withPayment(payment),
      reason: payment.declineReason ?? 'WITHDRAWN',
      message: (payment.declineReason && payment.reasonText) || texts.withdrawn,
    }),
  actionRequired: (payment) =>
    message(messages.PaymentActionRequired, aggregate(payment), {
      ...withPayment(payment),
      actionUrl: payment.actionUrl,
    }),
  awaitingFunds: (payment) =>
    message(messages.PaymentAwaitingFunds, aggregate(payment), { ...withPayment(payment), amount: payment.amount }),
  captured: (payment) =>
    message(messages.PaymentCaptured, aggregate(payment), {
      ...withPayment(payment),
      amount: inCurrencyOf(payment, payment.captured),
      isFinal: heldBy(payment) === 0,
      totals: totals(payment),
    }),
  captureFailed: (payment) => captureFailed(payment, payment.reasonText ?? `Nothing to capture: ${payment.status}.`),
  cancelled: (payment) =>
    message(messages.PaymentCancelled, aggregate(payment), {
      ...withPayment(payment),
      ...undone(payment),
      totals: totals(payment),
    }),
  cancelFailed: (payment) =>
    message(messages.PaymentCancelFailed, aggregate(payment), {
      ...withPayment(payment),
      reason: payment.reasonText ?? 'The provider gave no reason.',
    }),
};

export const replyFor = (reply: Reply, payment: Payment): NewMessage => replies[reply](payment);

export const captureFailed = (payment: Payment, reason: string): NewMessage =>
  message(messages.PaymentCaptureFailed, aggregate(payment), { ...withPayment(payment), reason });

interface NamedRefund {
  readonly id: RefundId;
  readonly amount: Money;
}

export const refundEnded = (payment: Payment, refund: NamedRefund, result: RefundResult): NewMessage =>
  result.kind === 'refunded' ? refunded(payment, refund) : refundFailed(payment, refund, result.reason);

export const refunded = (payment: Payment, { id: refundId, amount }: NamedRefund): NewMessage =>
  message(messages.PaymentRefunded, aggregate(payment), {
    ...withPayment(payment),
    ...{ refundId, amount, totals: totals(payment) },
  });

export const refundFailed = (payment: Payment, { id: refundId, amount }: NamedRefund, reason: string): NewMessage =>
  message(messages.PaymentRefundFailed, aggregate(payment), {
    ...withPayment(payment),
    ...{ refundId, amount, reason, totals: totals(payment) },
  });

export const disputed = (payment: Payment, { id: disputeId, amount, reason, respondBy, state }: Dispute): NewMessage =>
  message(messages.PaymentDisputed, aggregate(payment), {
    ...withPayment(payment),
    ...{ disputeId, amount, reason, totals: totals(payment), state: state === 'OPEN' ? 'OPENED' : state },
    respondBy: state === 'OPEN' ? (respondBy?.toISOString() ?? null) : null,
  });

/** The reply to a refund of an attempt that never became a payment. */
export const nothingToRefund = (attempt: Attempt, { id: refundId, amount }: NamedRefund): NewMessage =>
  message(messages.PaymentRefundFailed, aggregate(attempt), {
    ...names(attempt),
    ...{ paymentId: null, refundId, amount, reason: 'Nothing to refund: this attempt is unknown.', totals: null },
  });

/** The reply to a capture of an attempt that was never authorized. */
export const nothingToCapture = (attempt: Attempt): NewMessage =>
  message(messages.PaymentCaptureFailed, aggregate(attempt), {
    ...names(attempt),
    paymentId: null,
    reason: 'Nothing to capture: this attempt is unknown.',
  });

/** The reply to a cancel of an attempt that never began. */
export const nothingToCancel = (attempt: Attempt): NewMessage =>
  message(messages.PaymentCancelled, aggregate(attempt), {
    ...names(attempt),
    paymentId: null,
    outcome: 'NOTHING',
    refunded: null,
    totals: null,
  });
