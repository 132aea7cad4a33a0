/**
 * Bounds the concurrent and queued calls of one subgraph, so that a slow subgraph does not take down the gateway. Each
 * viewer has a share of both, so one greedy client cannot take a subgraph from everybody.
 */
import { type WaitQueue, waitForSlot } from '#platform/resilience/concurrency-limit.ts';
import { clientGone, SubgraphFailure } from './subgraph-call.ts';

export interface BulkheadBounds {
  readonly concurrency: number;
  readonly queue: number;
  readonly queueTimeoutMs: number;
  readonly viewerConcurrency: number;
  readonly viewerQueue: number;
}

export interface Caller {
  /** `limitKey` of platform/resilience/limit-key.ts. Calls without a key share one. */
  readonly key?: string | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone?: AbortSignal | undefined;
}

interface Bulkhead {
  /** Runs `work` when there is room. Throws at once when the queue is full: of all, or of this viewer. */
  run<T>(caller: Caller, work: () => Promise<T>): Promise<T>;
  state(): { readonly pending: number; readonly waiting: number };
}

/** One viewer's calls in flight and queue. */
interface Share {
  pending: number;
  readonly line: WaitQueue;
}

export const bulkhead = (bounds: BulkheadBounds): Bulkhead => {
  let pending = 0;
  let waiting = 0;
  /** Everybody with calls here, in round-robin order. */
  const shares = new Map<string, Share>();

  const isFull = (share: Share): boolean => share.pending >= bounds.viewerConcurrency;
  const occupy = (share: Share): void => {
    pending += 1;
    share.pending += 1;
  };

  /** Gives a free slot to the next waiting viewer below their share, who then goes to the end of the round. */
  const admitNext = (): void => {
    for (const [key, share] of waiting > 0 ? shares : []) {
      const [enter] = share.line;
      if (!enter || isFull(share)) continue;
      shares.delete(key);
      shares.set(key, share);
      occupy(share);
      enter();
      return;
    }
  };

  const queued = (share: Share, gone: AbortSignal | undefined): Promise<void> => {
    if (share.line.size >= bounds.viewerQueue) throw viewerIsBusy();
    if (waiting >= bounds.queue) throw overloaded('the queue is full');
    waiting += 1;
    return waitForSlot(share.line, {
      waitMs: bounds.queueTimeoutMs,
      onTimeout: () => (isFull(share) ? viewerIsBusy() : overloaded('no free slot in time')),
      // Never sent, so it is not evidence about the subgraph.
      gone: gone && { signal: gone, left: clientGone },
      onSettled: () => {
        waiting -= 1;
      },
    });
  };

  const forgetIdle = (key: string, { pending, line }: Share): void => {
    if (pending === 0 && line.size === 0) shares.delete(key);
  };

  return {
    run: async ({ key = '', gone }, work) => {
      const share = shares.get(key) ?? { pending: 0, line: new Set() };
      shares.set(key, share);
      try {
        // Synchronously where there is room: the breaker has just been checked, and must see a probe before the next
        // check.
        if (pending < bounds.concurrency && !isFull(share)) occupy(share);
        else await queued(share, gone);
      } catch (refusal) {
        forgetIdle(key, share);
        throw refusal;
      }
      try {
        return await work();
      } finally {
        pending -= 1;
        share.pending -= 1;
        admitNext();
        forgetIdle(key, share);
      }
    },
    state: () => ({ pending, waiting }),
  };
};

const viewerIsBusy = (): SubgraphFailure => new SubgraphFailure('TOO_MANY_REQUESTS');

const overloaded = (reason: string): SubgraphFailure => new SubgraphFailure('SUBGRAPH_OVERLOADED', { why: { reason } });
