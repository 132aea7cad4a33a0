/** Looking at what moved at the provider without a call of ours. */
import { observe, whenToObserve } from '../domain/observe.ts';
import type { Payment } from '../domain/payment.ts';
import type { Deps } from './ports.ts';
import { providerOf } from './run-operation.ts';

/** Looks at the provider, and books what is found there under the payment's lock. */
export const observePayment =
  (deps: Deps) =>
  async ({ attemptId, reference, provider }: Payment): Promise<void> => {
    if (reference === null) throw new Error(`attempt ${attemptId} has no reference to look at`);
    const state = await providerOf(deps, { provider }).state(
      { reference },
      AbortSignal.timeout(deps.providerTimeoutMs),
    );
    await deps.transaction(async ({ payments, refunds, disputes, ledger, outbox, now, afterCommit }) => {
      const payment = await payments.lock(attemptId);
      if (!payment || whenToObserve(payment) === 'never') return;
      // Whoever asked tries again: what is seen may be the effect of the call that is under way.
      if (whenToObserve(payment) === 'later') throw new Error('a call about it is under way');
      const known = {
        refunds: await refunds.all(payment.id),
        undoings: await refunds.undoings(payment),
        disputes: await disputes.all(payment.id),
      };
      const seen = observe(payment, state, known, {
        ...{ now, newRefundId: () => deps.newId('Refund'), newDisputeId: () => deps.newId('Dispute') },
      });
      for (const fault of seen.faults) afterCommit(() => deps.telemetry.contradicted(payment, fault));
      if (seen.lines.length === 0 && seen.disputes.length === 0) return;
      await payments.save(seen.payment);
      for (const { movedBy, ...line } of seen.lines)
        await ledger.add(seen.payment, [line], { now, operationKey: movedBy });
      for (const refund of seen.refunds) await refunds.saveObserved(refund, now);
      for (const dispute of seen.disputes) await disputes.save(dispute);
      await outbox.add(...seen.replies);
    });
  };
