/** One deadline for a whole call, across all layers and attempts. */
import { SubgraphFailure } from './subgraph-call.ts';

export interface Signals {
  readonly signal: AbortSignal;
  readonly deadline: AbortSignal;
}

interface DeadlineOptions {
  /** The failure at the deadline; undefined to let the work go on. */
  readonly late: () => SubgraphFailure | undefined;
  /** Aborted when the caller gives up … */
  readonly outer?: AbortSignal | undefined;
  /** … with this failure after so long, instead of `outer`'s own reason. */
  readonly left?: (afterMs: number) => SubgraphFailure;
}

/**
 * Runs `work` under a deadline. Timer and listener end with the work, unlike `AbortSignal.timeout` and
 * `AbortSignal.any`, which live for the whole time-out, thousands of them under load.
 */
export const withCallDeadline = async <T>(
  ms: number,
  { late, outer, left }: DeadlineOptions,
  work: (signals: Signals) => Promise<T>,
): Promise<T> => {
  const deadline = new AbortController();
  const either = new AbortController();
  const timer = setTimeout(() => {
    const why = late();
    if (!why) return;
    deadline.abort(why);
    either.abort(why);
  }, ms);
  const begun = performance.now();
  const leave = () => either.abort(left?.(performance.now() - begun) ?? outer?.reason);
  outer?.addEventListener('abort', leave);
  if (outer?.aborted) leave();
  try {
    return await work({ signal: either.signal, deadline: deadline.signal });
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', leave);
  }
};

export const clientGone = (): SubgraphFailure => new SubgraphFailure('CLIENT_GONE');

/**
 * The client left before the deadline. After a long wait that is evidence against the subgraph: otherwise clients that
 * always leave early would keep its breaker closed for ever.
 */
export const clientGoneAfter =
  (slowMs: number) =>
  (waitedMs: number): SubgraphFailure =>
    new SubgraphFailure('CLIENT_GONE', { isUnhealthy: waitedMs >= slowMs });

/** For the whole call. */
export const timedOut = (): SubgraphFailure =>
  new SubgraphFailure('GATEWAY_TIMEOUT', { isUnhealthy: true, why: { reason: 'no answer within the time-out' } });

/** For one attempt; there is time left for another. */
export const attemptTimedOut = (): SubgraphFailure =>
  new SubgraphFailure('GATEWAY_TIMEOUT', {
    isUnhealthy: true,
    retry: 'queries',
    why: { reason: 'no answer from this endpoint in its share of the time-out' },
  });
