/** Looking at what moved at the provider without a call of ours. */
import { type Observed, observe, whenToObserve } from '../domain/observe.ts';
import type { Payment } from '../domain/payment.ts';
import type { ProviderState } from '../domain/provider-results.ts';
import type { Deps, Stores } from './ports.ts';
import { providerOf } from './run-operation.ts';

/**
 * Looks at the provider, and books what is found there under the payment's lock. `underWay`: nothing was booked, since it may be the
 * effect of a call that has yet to be recorded.
 */
export const observePayment =
  (deps: Deps) =>
  async ({ attemptId, reference, provider }: Payment): Promise<'seen' | 'underWay'> => {
    if (reference === null) throw new Error(`attempt ${attemptId} has no reference to look at`);
    const state = await providerOf(deps, { provider }).state(
      { reference },
      AbortSignal.timeout(deps.providerTimeoutMs),
    );
    return deps.transaction(async (stores) => {
      const { payments, refunds, disputes, now, afterCommit } = stores;
      const payment = await payments.lock(attemptId);
      if (!payment || whenToObserve(payment) === 'never') return 'seen';
      if (whenToObserve(payment) === 'later') return 'underWay';
      const known = {
        refunds: await refunds.all(payment.id),
        undoings: await refunds.undoings(payment),
        disputes: await disputes.all(payment.id),
      };
      const seen = observe(payment, state, known, observing(deps, now));
      for (const fault of seen.faults) afterCommit(() => deps.telemetry.contradicted(payment, fault));
      if (seen.lines.length > 0 || seen.disputes.length > 0) await recordObserved(stores, seen, state);
      return 'seen';
    });
  };

export const observing = (deps: Pick<Deps, 'newId'>, now: Date): Parameters<typeof observe>[3] => ({
  ...{ now, newRefundId: () => deps.newId('Refund'), newDisputeId: () => deps.newId('Dispute') },
});

/** A refund whose call was lost with older books keeps its key, so that no later one takes it. */
export const recordObserved = async (
  stores: Stores,
  seen: Observed,
  { refunds: made }: ProviderState,
): Promise<void> => {
  const { payments, refunds, operations, disputes, ledger, outbox, now } = stores;
  await payments.save(seen.payment);
  for (const { movedBy, ...line } of seen.lines) await ledger.add(seen.payment, [line], { now, operationKey: movedBy });
  for (const refund of seen.refunds) {
    await refunds.saveObserved(refund, now);
    const key = made.find(({ reference }) => reference === refund.reference)?.operationKey;
    if (key) await operations.recordDone(seen.payment, { key, amount: refund.amount, refundId: refund.id }, now);
  }
  for (const dispute of seen.disputes) await disputes.save(dispute);
  await outbox.add(...seen.replies);
};
