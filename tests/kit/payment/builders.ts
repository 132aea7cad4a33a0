/** Payments, and the order's commands. */
import type { DataOf, MessageOf } from '#contracts/envelope.ts';
import { type AttemptId, newId } from '#contracts/ids.ts';
import { AuthorizePayment, CancelPayment, CapturePayment, RefundPayment } from '#contracts/messages/payment.ts';
import { money } from '#contracts/money.ts';
import type { Attempt, Payment } from '#subgraphs/payment/domain/payment.ts';
import type { ProviderEvent } from '#subgraphs/payment/usecases/provider.ts';
import { aMessageOf } from '../messaging/messages.ts';

export const anAttempt = (): Attempt => ({ attemptId: newId('Attempt'), orderId: newId('Order') });

export const aPayment = (changes: Partial<Payment> = {}): Payment => ({
  ...anAttempt(),
  ...{ id: newId('Payment'), customerId: newId('User'), status: 'AUTHORIZING', amount: money(5_000, 'EUR') },
  ...{
    authorized: 0,
    captured: 0,
    refunded: 0,
    refunding: 0,
    disputed: 0,
    openDisputes: 0,
    provider: 'simulator',
    reference: null,
  },
  ...{ declineReason: null, reasonText: null, actionUrl: null, nextCheckAt: null },
  ...{ correlationId: 'a-request', createdAt: new Date('2026-11-22T12:00:00Z') },
  ...changes,
});

export const authorizeMessage = (
  attempt: Attempt,
  changes: Partial<DataOf<typeof AuthorizePayment>> = {},
): MessageOf<typeof AuthorizePayment> =>
  aMessageOf(AuthorizePayment, {
    ...attempt,
    ...{ customerId: newId('User'), amount: money(5_000, 'EUR'), paymentMethodToken: 'tok_approve' },
    ...changes,
  });

/** A final one of everything, unless changed. */
export const captureMessage = (
  attempt: Attempt,
  amount = money(5_000, 'EUR'),
  { isFinal = true, capturedBefore = 0 } = {},
): MessageOf<typeof CapturePayment> => aMessageOf(CapturePayment, { ...attempt, amount, isFinal, capturedBefore });

export const refundMessage = (
  attempt: Attempt,
  amount = money(1_000, 'EUR'),
  refundId = newId('Refund'),
): MessageOf<typeof RefundPayment> => aMessageOf(RefundPayment, { ...attempt, refundId, amount, reason: 'returned' });

export const cancelMessage = (attempt: Attempt): MessageOf<typeof CancelPayment> => aMessageOf(CancelPayment, attempt);

export const aProviderEvent = (attemptId: AttemptId, changes: Partial<ProviderEvent> = {}): ProviderEvent => ({
  ...{ provider: 'simulator', id: `evt_${crypto.randomUUID()}`, type: 'payment_intent.updated', account: null },
  ...{ livemode: false, isForeign: false, about: { attemptId } },
  ...changes,
});
