/** What staff may ask of a payment, and what it fails with. The steps are those of the table: payment-states.ts. */
import { format, isMore, type Money } from '#contracts/money.ts';
import { type Failure, fail, ok, type Result } from '#contracts/result.ts';
import { texts } from './customer-texts.ts';
import { type Decision, decide } from './decide.ts';
import { heldBy, inCurrencyOf, type Payment } from './payment.ts';
import { type PaymentStatus, paymentStates, publicStatus, type Step } from './payment-states.ts';

type PublicStatus = (typeof publicStatus)[PaymentStatus];

/** The payment has no way from its state to the one that was asked for. */
export interface InvalidPaymentState extends Failure<'InvalidPaymentState'> {
  readonly from: PublicStatus;
  readonly to: PublicStatus;
}

export const invalidPaymentState = ({ status }: Payment, to: PublicStatus): InvalidPaymentState => {
  const from = publicStatus[status];
  return { kind: 'InvalidPaymentState', message: texts.invalidPaymentState(from, to), from, to };
};

export interface WrongAmount extends Failure<'WrongAmount'> {
  readonly expected: Money;
}

export const wrongAmount = (expected: Money): WrongAmount => ({
  kind: 'WrongAmount',
  message: texts.wrongAmount(format(expected)),
  expected,
});

export interface CaptureRequest {
  /** Everything that is held, if undefined. */
  readonly amount: Money | undefined;
  readonly isFinal: boolean;
  /** Whether the payment's provider leaves the rest held. */
  readonly mayBeInParts: boolean;
}

/** Of the whole hold, or of a part of it. */
export const captureByStaff = (
  payment: Payment,
  { amount, isFinal, mayBeInParts }: CaptureRequest,
  now: Date,
): Result<Decision, InvalidPaymentState | WrongAmount> => {
  const { call }: Step = paymentStates[payment.status].capture;
  if (call !== 'CAPTURE') return fail(invalidPaymentState(payment, 'CAPTURED'));
  const held = inCurrencyOf(payment, heldBy(payment));
  const isPossible = !amount || (amount.currency === held.currency && amount.amount >= 1 && !isMore(amount, held));
  if (!isFinal && !mayBeInParts) return fail({ ...wrongAmount(held), message: texts.capturedAtOnce });
  if (!isPossible) return fail({ ...wrongAmount(held), message: texts.captureTooLarge(format(held)) });
  const capture = { kind: 'capture', amount: amount ?? held, isFinal, capturedBefore: payment.captured } as const;
  return ok(decide(payment, capture, now));
};

/**
 * Not while a call is under way: what there is to void is only known when it has ended. Nor of what is captured in part: that would
 * be given back as well. A last capture lets go of the rest.
 */
export const voidByStaff = (payment: Payment, now: Date): Result<Decision, InvalidPaymentState> => {
  const { call }: Step = paymentStates[payment.status].cancel;
  return call === 'VOID' && payment.captured === 0
    ? ok(decide(payment, { kind: 'cancel' }, now))
    : fail(invalidPaymentState(payment, 'VOIDED'));
};
