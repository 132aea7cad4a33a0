import { leaseEnd } from '../domain/operation.ts';
import type { Deps } from './ports.ts';
import { runOperation } from './run-operation.ts';

// 20 calls at once: as many as a burst of crashes leaves behind, few enough for the database pool and the provider.
const batch = 20;

/** Takes up operations whose call got no answer, or whose process died. Safe in many copies at once. */
export const sweepOperations = (deps: Deps) => async (): Promise<void> => {
  const now = await deps.now();
  const due = await deps.work.claimOperations(batch, now, leaseEnd(now, deps.providerTimeoutMs));
  const run = runOperation(deps);
  const ends = await Promise.allSettled(
    due.map((operation) => deps.onBehalfOf(operation.payment, () => run(operation))),
  );
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
};
