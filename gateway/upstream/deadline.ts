/** One deadline for a whole call, however many layers and tries it takes. */
import { SubgraphFailure } from './subgraph-call.ts';

export interface Signals {
  /** Aborted by the deadline, or by `outer`. */
  readonly signal: AbortSignal;
  /** Aborted by the deadline alone. */
  readonly deadline: AbortSignal;
}

interface DeadlineOptions {
  /** Why, when the time is over; undefined when the work may go on for all that. */
  readonly late: () => SubgraphFailure | undefined;
  /** Whoever waits for it gives up, … */
  readonly outer?: AbortSignal | undefined;
  /** … after so long; what that means, when it is not what `outer` itself says. */
  readonly left?: (afterMs: number) => SubgraphFailure;
}

/**
 * Runs `work` under a deadline. The timer and the listener end with the work (`AbortSignal.timeout` and
 * `AbortSignal.any` would live on for the rest of the time-out, thousands of them under load).
 */
export const withDeadline = async <T>(
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
 * The client left before the deadline. When it had waited for long, the subgraph is as unwell as if it had been waited for
 * to the end: clients that always leave sooner would otherwise keep its breaker closed for ever.
 */
export const clientGoneAfter =
  (slowMs: number) =>
  (waitedMs: number): SubgraphFailure =>
    new SubgraphFailure('CLIENT_GONE', { isUnhealthy: waitedMs >= slowMs });

/** The whole call took too long. */
export const timedOut = (): SubgraphFailure =>
  new SubgraphFailure('GATEWAY_TIMEOUT', { isUnhealthy: true, why: { reason: 'no answer within the time-out' } });

/** One try took too long, and there is time left for another. */
export const attemptTimedOut = (): SubgraphFailure =>
  new SubgraphFailure('GATEWAY_TIMEOUT', {
    isUnhealthy: true,
    retry: 'queries',
    why: { reason: 'no answer from this endpoint in its share of the time-out' },
  });
