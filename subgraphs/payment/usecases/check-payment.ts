/** Looking payments up at the provider: after a webhook, or because one may have been lost. */
import type { AttemptId } from '#contracts/ids.ts';
import { contradiction } from '../domain/bookkeeping.ts';
import { decide, nextCheckAt } from '../domain/decide.ts';
import { operationKey } from '../domain/operation.ts';
import type { Payment } from '../domain/payment.ts';
import { isWaiting } from '../domain/payment-states.ts';
import type { Deps } from './ports.ts';
import { allOf, applyDecision, providerOf, runOperation } from './run-operation.ts';

/** Looks up a payment that waits for the provider or the customer, and continues from there. */
export const checkPayment =
  (deps: Deps) =>
  async ({ attemptId, reference, status, provider }: Payment): Promise<void> => {
    if (reference === null) throw new Error(`attempt ${attemptId} waits for a provider that does not know it`);
    const result = await providerOf(deps, { provider }).lookup(
      { reference },
      AbortSignal.timeout(deps.providerTimeoutMs),
    );
    const opened = await deps.transaction(async (stores) => {
      const payment = await stores.payments.lock(attemptId);
      // The lookup is stale once the payment has moved on: the operation's own result says more.
      if (payment?.status !== status || !isWaiting(status)) return undefined;
      const fault = contradiction(payment, result);
      if (fault !== undefined) {
        stores.afterCommit(() => deps.telemetry.contradicted(payment, fault));
        return undefined;
      }
      const { providerTimeoutMs } = deps;
      const decision = decide(payment, result, stores.now);
      return applyDecision(stores, decision, { operationKey: authorizationOf(attemptId), providerTimeoutMs });
    });
    if (opened) await runOperation(deps)(opened);
  };

/** A hold found by a lookup (the customer completed the extra step) is the late effect of the authorization. */
const authorizationOf = (attemptId: AttemptId): string => operationKey(attemptId, 'AUTHORIZE', 0);

// 20 at once: see sweepOperations.
const batch = 20;

/** Looks up payments whose webhook may have been lost. Safe to run in many processes. */
export const sweepChecks = (deps: Deps) => async (): Promise<void> => {
  const now = await deps.now();
  const due = await deps.work.claimChecks(batch, now, nextCheckAt(now));
  const check = checkPayment(deps);
  await allOf(due.map((payment) => deps.onBehalfOf(payment, () => check(payment))));
};
