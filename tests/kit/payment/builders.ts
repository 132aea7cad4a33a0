/** Payments, and what the order says about them. */
import type { DataOf, Message } from '#contracts/envelope.ts';
import { newId } from '#contracts/ids.ts';
import { AuthorizePayment, CancelPayment, CapturePayment } from '#contracts/messages/payment.ts';
import { money } from '#contracts/money.ts';
import type { Attempt, Payment } from '#subgraphs/payment/domain/payment.ts';
import { aMessage } from '../messaging/messages.ts';

export const anAttempt = (): Attempt => ({ attemptId: newId('Attempt'), orderId: newId('Order') });

export const aPayment = (changes: Partial<Payment> = {}): Payment => ({
  ...anAttempt(),
  ...{ id: newId('Payment'), customerId: newId('User'), status: 'AUTHORIZING', amount: money(5_000, 'EUR') },
  ...{ authorized: 0, captured: 0, refunded: 0, provider: 'simulator', reference: null },
  ...{ declineReason: null, reasonText: null, actionUrl: null, nextCheckAt: null },
  ...{ correlationId: 'a-request', createdAt: new Date('2026-11-22T12:00:00Z') },
  ...changes,
});

/** A new message each time: the same wish, said again. */
export const authorizeMessage = (
  attempt: Attempt,
  changes: Partial<DataOf<typeof AuthorizePayment>> = {},
): Message<DataOf<typeof AuthorizePayment>> => ({
  ...aMessage({ type: AuthorizePayment.type }),
  data: {
    ...attempt,
    ...{ customerId: newId('User'), amount: money(5_000, 'EUR'), paymentMethodToken: 'tok_approve' },
    ...changes,
  },
});

export const captureMessage = (
  attempt: Attempt,
  amount = money(5_000, 'EUR'),
): Message<DataOf<typeof CapturePayment>> => ({
  ...aMessage({ type: CapturePayment.type }),
  data: { ...attempt, amount },
});

export const cancelMessage = (attempt: Attempt): Message<DataOf<typeof CancelPayment>> => ({
  ...aMessage({ type: CancelPayment.type }),
  data: attempt,
});
