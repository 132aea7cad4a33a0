import type { AttemptId } from '#contracts/ids.ts';
import { contradiction } from '../domain/bookkeeping.ts';
import { decide, nextCheckAt } from '../domain/decide.ts';
import { operationKey } from '../domain/operation.ts';
import type { Payment } from '../domain/payment.ts';
import { isWaiting } from '../domain/payment-states.ts';
import { applyDecision } from './carry-out.ts';
import type { Deps } from './ports.ts';
import { runOperation } from './run-operation.ts';

/** Asks the provider how a payment stands that waits for word from outside, and goes on from there. */
export const checkPayment =
  (deps: Deps) =>
  async ({ attemptId, reference, status }: Payment): Promise<void> => {
    if (reference === null) throw new Error(`attempt ${attemptId} waits for a provider that does not know it`);
    const answer = await deps.provider.lookup({ reference }, AbortSignal.timeout(deps.providerTimeoutMs));
    const opened = await deps.transaction(async (stores) => {
      const payment = await stores.payments.lock(attemptId);
      // What was looked up is old news once the payment has moved on: an operation's own answer says more.
      if (payment?.status !== status || !isWaiting(status)) return undefined;
      const fault = contradiction(payment, answer);
      if (fault !== undefined) {
        deps.telemetry.contradicted(payment, fault);
        return undefined;
      }
      const { providerTimeoutMs } = deps;
      const decision = decide(payment, answer, stores.now);
      return applyDecision(stores, decision, { operationKey: askedFirstBy(attemptId), providerTimeoutMs });
    });
    if (opened) await runOperation(deps)(opened);
  };

/** A hold that came about unasked (the customer took the extra step) is the late effect of the authorization. */
const askedFirstBy = (attemptId: AttemptId): string => operationKey(attemptId, 'AUTHORIZE', 0);

// 20 at once: see sweep-operations.ts.
const batch = 20;

/** Asks about payments whose webhook may have got lost. Safe in many copies at once. */
export const sweepChecks = (deps: Deps) => async (): Promise<void> => {
  const now = await deps.now();
  const due = await deps.work.claimChecks(batch, now, nextCheckAt(now));
  const check = checkPayment(deps);
  const ends = await Promise.allSettled(due.map((payment) => deps.onBehalfOf(payment, () => check(payment))));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
};
