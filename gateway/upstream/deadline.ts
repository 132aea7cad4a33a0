/** One deadline for a whole call, however many layers and tries it takes. */
import { SubgraphFailure } from './subgraph-faults.ts';

export interface Signals {
  /** Aborted by the deadline, or by `outer`. */
  readonly signal: AbortSignal;
  /** Aborted by the deadline alone. */
  readonly deadline: AbortSignal;
}

/**
 * Runs `work` under a deadline. The timer and the listener end with the work (`AbortSignal.timeout` and
 * `AbortSignal.any` would live on for the rest of the time-out, thousands of them under load).
 */
export const within = async <T>(
  ms: number,
  { late, outer }: { readonly late: () => SubgraphFailure; readonly outer?: AbortSignal | undefined },
  work: (signals: Signals) => Promise<T>,
): Promise<T> => {
  const deadline = new AbortController();
  const either = new AbortController();
  const timer = setTimeout(() => {
    const why = late();
    deadline.abort(why);
    either.abort(why);
  }, ms);
  const leave = () => either.abort(outer?.reason instanceof SubgraphFailure ? outer.reason : clientGone());
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

/** The whole call took too long. */
export const tooLate = (): SubgraphFailure =>
  new SubgraphFailure('GATEWAY_TIMEOUT', { isUnhealthy: true, why: { reason: 'no answer within the time-out' } });

/** One try took too long, and there is time left for another. */
export const tryTooLate = (): SubgraphFailure =>
  new SubgraphFailure('GATEWAY_TIMEOUT', {
    isUnhealthy: true,
    retry: 'queries',
    why: { reason: 'no answer from this endpoint in its share of the time-out' },
  });
