/** What staff record of money that moves outside of any provider. It ends in the same lines and events as a provider's answer. */
import type { PaymentId } from '#contracts/ids.ts';
import { equals, type Money } from '#contracts/money.ts';
import { CallerFault, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { offlineProviderName } from '../domain/offline.ts';
import { inCurrencyOf, type Payment } from '../domain/payment.ts';
import {
  type InvalidPaymentState,
  invalidPaymentState,
  type WrongAmount,
  wrongAmount,
} from '../domain/staff-requests.ts';
import { checkPayment } from './check-payment.ts';
import type { Deps } from './ports.ts';
import { sweepOperations } from './run-operation.ts';
import { type Recorded, type StaffCommand, staffChange } from './staff-change.ts';

export interface RecordOffline extends StaffCommand {
  readonly paymentId: PaymentId;
  /** What was seen on the bank statement or in the till. */
  readonly amount: Money;
}

type Answer = Promise<Result<PaymentId, InvalidPaymentState | WrongAmount | IdempotencyConflict>>;
type Refused = InvalidPaymentState | WrongAmount;

/** The money has come: the payment is as good as authorized, and its order goes on. */
export const recordOfflinePayment =
  (deps: Deps) =>
  async (command: RecordOffline): Answer => {
    let paid: Payment | undefined;
    const result = await recorded(deps, command, 'recordOfflinePayment', async (payment, { stores }) => {
      const { reference } = payment;
      if (payment.status !== 'AWAITING_FUNDS' || reference === null)
        return fail(invalidPaymentState(payment, 'AUTHORIZED'));
      if (!equals(command.amount, payment.amount)) return fail(wrongAmount(payment.amount));
      if (!(await stores.offline.recordFunds(reference, command.amount, stores.now)))
        return fail(invalidPaymentState(payment, 'AUTHORIZED'));
      // Due now, for the sweep, should this process end before it has looked.
      paid = { ...payment, nextCheckAt: stores.now };
      await stores.payments.save(paid);
      return ok(payment.id);
    });
    if (paid) await look(deps, paid);
    return result;
  };

const look = (deps: Deps, payment: Payment) => deps.onBehalfOf(payment, () => checkPayment(deps)(payment));

/** A refund was paid: one of those that were asked for and are still open, of exactly this amount. */
export const recordOfflineRefund =
  (deps: Deps) =>
  async (command: RecordOffline): Answer => {
    let isRecorded = false;
    const result = await recorded(deps, command, 'recordOfflineRefund', async (payment, { stores }) => {
      const { reference } = payment;
      const open = reference === null ? [] : await stores.offline.pendingRefunds(reference);
      const [oldest] = open;
      if (reference === null || !oldest) return fail(invalidPaymentState(payment, 'REFUNDED'));
      const refund = open.find(({ amount }) => equals(amount, command.amount));
      if (!refund) return fail(wrongAmount(inCurrencyOf(payment, oldest.amount.amount)));
      await stores.offline.recordRefund(reference, refund, stores.now);
      // The call that waits for it is made again: now, or by the sweep.
      await stores.operations.retryNow(refund.key, stores.now);
      isRecorded = true;
      return ok(payment.id);
    });
    if (isRecorded) await sweepOperations(deps)();
    return result;
  };

/** Under the payment's lock, once per key, with an audit row. A payment of a provider cannot be recorded by hand. */
const recorded = (
  deps: Deps,
  { by, idempotencyKey, paymentId, amount }: RecordOffline,
  action: 'recordOfflinePayment' | 'recordOfflineRefund',
  work: (payment: Payment, change: Recorded) => Promise<Result<PaymentId, Refused>>,
): Answer =>
  staffChange<PaymentId, Refused>(
    deps,
    { by, idempotencyKey },
    { action, input: { paymentId, amount } },
    async (change) => {
      const payment = await change.stores.payments.lockById(paymentId);
      if (!payment) throw new CallerFault('NOT_FOUND', 'There is no such payment.');
      if (payment.provider !== offlineProviderName)
        return fail(invalidPaymentState(payment, action === 'recordOfflinePayment' ? 'AUTHORIZED' : 'REFUNDED'));
      const result = await work(payment, change);
      if (result.ok)
        await change.record({
          ...{ subject: { type: 'Payment', id: paymentId }, customerId: payment.customerId },
          details: { from: payment.status, amount: String(amount.amount), currency: amount.currency },
        });
      return result;
    },
  );
