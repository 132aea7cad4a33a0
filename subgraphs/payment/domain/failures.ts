/** Failures that the customer can act on. Each `kind` is the GraphQL type of the same name. */
import type { PaymentId } from '#contracts/ids.ts';
import type { Failure, IdempotencyConflict } from '#contracts/result.ts';
import { texts } from './customer-texts.ts';
import { mostPaymentMethods, type PaymentMethod } from './payment-method.ts';
import type { DeclineReason } from './provider-results.ts';

export interface PaymentNotConfirmable extends Failure<'PaymentNotConfirmable'> {
  readonly paymentId: PaymentId;
}

export const paymentNotConfirmable = (paymentId: PaymentId): PaymentNotConfirmable => ({
  kind: 'PaymentNotConfirmable',
  message: texts.paymentNotConfirmable,
  paymentId,
});

export type ConfirmPaymentFailure = PaymentNotConfirmable | IdempotencyConflict;

export interface PaymentMethodRefused extends Failure<'PaymentMethodRefused'> {
  readonly reason: DeclineReason;
}

export const paymentMethodRefused = ({
  declineReason,
  reasonText,
}: Pick<PaymentMethod, 'declineReason' | 'reasonText'>): PaymentMethodRefused => ({
  kind: 'PaymentMethodRefused',
  message: reasonText ?? texts.methodRefused,
  reason: declineReason ?? 'INVALID_METHOD',
});

export interface TooManyPaymentMethods extends Failure<'TooManyPaymentMethods'> {
  readonly maximumPaymentMethods: number;
}

export const tooManyPaymentMethods: TooManyPaymentMethods = {
  kind: 'TooManyPaymentMethods',
  message: texts.tooManyPaymentMethods(mostPaymentMethods),
  maximumPaymentMethods: mostPaymentMethods,
};
