/** Failures that the customer can act on. Each `kind` is the GraphQL type of the same name. */
import type { PaymentId } from '#contracts/ids.ts';
import type { Failure, IdempotencyConflict } from '#contracts/result.ts';
import { texts } from './customer-texts.ts';

export interface PaymentNotConfirmable extends Failure<'PaymentNotConfirmable'> {
  readonly paymentId: PaymentId;
}

export const paymentNotConfirmable = (paymentId: PaymentId): PaymentNotConfirmable => ({
  kind: 'PaymentNotConfirmable',
  message: texts.paymentNotConfirmable,
  paymentId,
});

export type ConfirmPaymentFailure = PaymentNotConfirmable | IdempotencyConflict;
