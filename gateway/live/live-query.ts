/** One query, run again at each change, for all subscribers with the same operation and the same rights. */
import { backoffMs } from '#platform/resilience/wake-signal.ts';
import type { Subscriber } from './event-stream.ts';
import type { LiveMetrics } from './metrics.ts';
import type { Snapshot } from './subscription-executor.ts';

export interface LiveQuery {
  /** Returns the function that unsubscribes. */
  join(subscriber: Subscriber): () => void;
  /** Its entity may have changed, and is at `version` at least. */
  changed(version?: number): void;
}

export interface LiveQueryOptions {
  readonly fetchSnapshot: () => Promise<Snapshot>;
  /** Shared by the whole gateway. Changes while this query waits for its turn are covered by one fetch. */
  readonly limitConcurrency: (work: () => Promise<void>) => Promise<void>;
  /** How long to rely on change notifications. */
  readonly refetchAfterMs: () => number;
  readonly retryMs: { readonly base: number; readonly cap: number };
  /** The last subscriber has left or was completed. */
  readonly onEmpty: () => void;
  readonly metrics: LiveMetrics;
}

interface Sent {
  readonly version: number;
  readonly isComplete: boolean;
  readonly event: string;
}

export const liveQuery = (options: LiveQueryOptions): LiveQuery => {
  const { fetchSnapshot, limitConcurrency, refetchAfterMs, retryMs, onEmpty, metrics } = options;
  /** With the last event sent to each. */
  const subscribers = new Map<Subscriber, string | undefined>();
  let shown: Sent | undefined;
  let isFetching = false;
  let isDue = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const sendAll = (event: string) => {
    for (const [subscriber, lastEvent] of subscribers) {
      if (lastEvent === event) continue;
      subscribers.set(subscriber, event);
      subscriber.send(event);
      metrics.sent.inc();
    }
  };
  const endAll = (event: string) => {
    sendAll(event);
    for (const subscriber of subscribers.keys()) subscriber.complete();
    subscribers.clear();
    onEmpty();
  };
  const handle = (answer: Snapshot) => {
    const { kind, isComplete } = classify(answer);
    metrics.refetches.inc({ outcome: kind === 'current' && !isComplete ? 'partial' : kind });
    failures = isComplete ? 0 : failures + 1;
    const event = JSON.stringify(answer.response);
    if (kind === 'gone') return endAll(event);
    if (answer.entity && isNews(answer.entity.version, isComplete, shown))
      shown = { version: answer.entity.version, isComplete, event };
    // New subscribers learn that it is unavailable now; the others keep what they have.
    sendAll(shown?.event ?? event);
    if (kind === 'final' && shown?.event === event) endAll(event);
  };
  const fetchOnce = () =>
    limitConcurrency(async () => {
      isDue = false;
      if (subscribers.size > 0) handle(await fetchSnapshot());
    });
  const fetchWhileDue = async () => {
    isFetching = true;
    clearTimeout(timer);
    while (isDue && subscribers.size > 0) await fetchOnce();
    isFetching = false;
    if (subscribers.size === 0) return;
    const waitMs = failures > 0 ? backoffMs(failures, retryMs.base, retryMs.cap) : refetchAfterMs();
    timer = setTimeout(refetch, waitMs).unref();
  };
  const refetch = () => {
    isDue = true;
    if (!isFetching) void fetchWhileDue();
  };

  return {
    join: (subscriber) => {
      subscribers.set(subscriber, undefined);
      refetch();
      return () => {
        if (!subscribers.delete(subscriber) || subscribers.size > 0) return;
        clearTimeout(timer);
        onEmpty();
      };
    },
    changed: (version) => {
      if (version === undefined || !shown || version > shown.version) refetch();
    },
  };
};

/** Never an older version, and never an incomplete snapshot in place of a complete one of the same version. */
const isNews = (version: number, isComplete: boolean, shown: Sent | undefined): boolean =>
  !shown || version > shown.version || (version === shown.version && (isComplete || !shown.isComplete));

interface Classification {
  /**
   * `current`: may change. `final`: will not change. `unavailable`: cannot be fetched now. `gone`: absent or not
   * visible to this viewer; refetching would not help.
   */
  readonly kind: 'current' | 'final' | 'unavailable' | 'gone';
  /** False when a part is missing that may be there at the next fetch. */
  readonly isComplete: boolean;
}

/** Transient errors. All others are the caller's. */
const transientCodes = new Set<unknown>([
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_CIRCUIT_OPEN',
  'SUBGRAPH_OVERLOADED',
  'TOO_MANY_REQUESTS',
  'RESOURCE_BUSY',
  'SUBGRAPH_BAD_RESPONSE',
  'GATEWAY_TIMEOUT',
  'INTERNAL_SERVER_ERROR',
]);

const classify = ({ response, entity }: Snapshot): Classification => {
  const isComplete = !response.errors?.some(({ extensions }) => transientCodes.has(extensions?.code));
  if (!entity) return { kind: isComplete ? 'gone' : 'unavailable', isComplete };
  return { kind: entity.isFinal && isComplete ? 'final' : 'current', isComplete };
};
