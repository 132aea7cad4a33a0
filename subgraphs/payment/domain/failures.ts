/** What a customer of this service can act on. */
import type { PaymentId } from '#contracts/ids.ts';
import type { Failure, IdempotencyConflict } from '#contracts/result.ts';

export interface PaymentNotConfirmable extends Failure<'PaymentNotConfirmable'> {
  readonly paymentId: PaymentId;
}

export const paymentNotConfirmable = (paymentId: PaymentId): PaymentNotConfirmable => ({
  kind: 'PaymentNotConfirmable',
  message: 'This payment does not wait for a step of yours.',
  paymentId,
});

export type ConfirmPaymentFailure = PaymentNotConfirmable | IdempotencyConflict;
