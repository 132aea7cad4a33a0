/** What staff do to a payment by hand. It ends in the same operations, ledger lines and events as what the order asks for. */
import type { PaymentId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';
import { CallerFault, type Failure, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { Decision } from '../domain/decide.ts';
import type { Operation } from '../domain/operation.ts';
import type { Payment } from '../domain/payment.ts';
import { captureByStaff, type InvalidPaymentState, voidByStaff, type WrongAmount } from '../domain/staff-requests.ts';
import type { Deps } from './ports.ts';
import { applyDecision, providerOf, runOperation } from './run-operation.ts';
import { type StaffCommand, staffChange } from './staff-change.ts';

export interface AboutPayment extends StaffCommand {
  readonly paymentId: PaymentId;
}

type Answer<F extends Failure> = Promise<Result<PaymentId, F | IdempotencyConflict>>;

export interface CaptureByStaff extends AboutPayment {
  /** Everything that is held, if undefined. */
  readonly amount: Money | undefined;
  /** Lets go of the rest. */
  readonly isFinal: boolean;
}

/** Captures what is held. The payment shows whether the provider did it. */
export const captureForStaff =
  (deps: Deps) =>
  ({ amount, isFinal, ...command }: CaptureByStaff): Answer<InvalidPaymentState | WrongAmount> =>
    change(deps, command, { action: 'capturePayment', input: { amount: amount ?? null, isFinal } }, (payment, now) =>
      captureByStaff(payment, { amount, isFinal, mayBeInParts: providerOf(deps, payment).capturesInParts }, now),
    );

/** Releases a hold, or ends a payment that holds nothing yet. */
export const voidForStaff =
  (deps: Deps) =>
  (command: AboutPayment): Answer<InvalidPaymentState> =>
    change(deps, command, { action: 'voidPayment', input: {} }, voidByStaff);

interface StaffRequest {
  readonly action: string;
  readonly input: object;
}

/** Decides under the payment's lock, once per key, with an audit row; the provider is called after the commit. */
const change = async <F extends Failure>(
  deps: Deps,
  { paymentId, ...command }: AboutPayment,
  { action, input }: StaffRequest,
  decisionOf: (payment: Payment, now: Date) => Result<Decision, F>,
): Answer<F> => {
  let opened: Operation | undefined;
  const request = { action, input: { paymentId, ...input } };
  const result = await staffChange<PaymentId, F>(deps, command, request, async ({ stores, record }) => {
    const payment = await stores.payments.lockById(paymentId);
    if (!payment) throw new CallerFault('NOT_FOUND', 'There is no such payment.');
    const decided = decisionOf(payment, stores.now);
    if (!decided.ok) return decided;
    const amount = decided.value.call?.amount;
    opened = await applyDecision(stores, decided.value, deps);
    await record({
      ...{ subject: { type: 'Payment', id: paymentId }, customerId: payment.customerId },
      details: { from: payment.status, ...(amount && { amount: String(amount.amount), currency: amount.currency }) },
    });
    return ok(paymentId);
  });
  if (opened) await runOperation(deps)(opened);
  return result;
};
