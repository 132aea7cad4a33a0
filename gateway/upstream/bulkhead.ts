/**
 * So many calls of one subgraph at a time, so many more may wait: a slow subgraph must not take the whole gateway with it.
 * Of both each viewer has a share, so one who asks for more than others does not take the subgraph from everybody.
 */
import { type WaitQueue, waitForSlot } from '#platform/resilience/concurrency-limit.ts';
import { clientGone } from './deadline.ts';
import { SubgraphFailure } from './subgraph-call.ts';

export interface BulkheadBounds {
  readonly concurrency: number;
  readonly queue: number;
  /** How long a call may wait for a place. */
  readonly queueTimeoutMs: number;
  /** One viewer's share of the places, and of the queue. */
  readonly viewerConcurrency: number;
  readonly viewerQueue: number;
}

/** Who asks. */
export interface Caller {
  /** Whose share it is: `limitKey` of platform/resilience/limit-key.ts. Calls without one have a share together. */
  readonly key?: string | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone?: AbortSignal | undefined;
}

interface Bulkhead {
  /** Runs `work` when there is room. Throws at once when too many wait already: in all, or of this viewer. */
  run<T>(caller: Caller, work: () => Promise<T>): Promise<T>;
  state(): { readonly pending: number; readonly waiting: number };
}

/** Of one viewer: calls under way, and those that wait, the first one first. */
interface Share {
  pending: number;
  readonly line: WaitQueue;
}

export const bulkhead = (bounds: BulkheadBounds): Bulkhead => {
  let pending = 0;
  let waiting = 0;
  /** Of all who have calls here, in the order in which places go round. */
  const shares = new Map<string, Share>();

  const isFull = (share: Share): boolean => share.pending >= bounds.viewerConcurrency;
  const occupy = (share: Share): void => {
    pending += 1;
    share.pending += 1;
  };

  /** The place that has become free goes to the next viewer who waits and is below their share; then it is others' turn. */
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
    if (waiting >= bounds.queue) throw overloaded('too many wait already');
    waiting += 1;
    return waitForSlot(share.line, {
      waitMs: bounds.queueTimeoutMs,
      onTimeout: () => (isFull(share) ? viewerIsBusy() : overloaded('its turn did not come in time')),
      // Never sent, so it says nothing of the subgraph.
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
        // Without a pause where there is room: the breaker has just been asked, and must hear of a probe before the next is.
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
