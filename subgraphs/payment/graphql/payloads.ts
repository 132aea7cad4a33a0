import type { PaymentId } from '#contracts/ids.ts';
import type { Result } from '#contracts/result.ts';
import type { ConfirmPaymentFailure } from '../domain/failures.ts';

/** What success and failure tell of the payment: which one. It is loaded when asked for, as it is by then. */
export interface AboutPayment {
  readonly paymentId: PaymentId;
}

/** A failure's kind is the name of its type already. */
export const confirmPaymentPayload = (result: Result<PaymentId, ConfirmPaymentFailure>) =>
  result.ok ? ({ __typename: 'ConfirmPaymentSuccess', paymentId: result.value } as const) : nameOf(result.failure);

const nameOf = (failure: ConfirmPaymentFailure) => {
  switch (failure.kind) {
    case 'PaymentNotConfirmable':
      return { ...failure, __typename: failure.kind };
    case 'IdempotencyConflict':
      return { ...failure, __typename: failure.kind };
    default:
      throw new Error(`not a failure of confirmPayment: ${failure satisfies never}`);
  }
};
