/** One question, asked again at each change for all who have asked it in the same words with the same rights. */
import { backoffMs } from '#platform/messaging/bus/limits.ts';
import { nextEvent, type Subscriber } from './event-stream.ts';
import type { LiveMetrics } from './metrics.ts';
import type { Look } from './subscription-executor.ts';

export interface LiveQuery {
  /** Returns what makes the subscriber leave. */
  join(subscriber: Subscriber): () => void;
  /** Its thing may have changed; with `version`, it has that one at least. */
  changed(version?: number): void;
}

export interface LiveQueryOptions {
  /** Never rejects. */
  readonly look: () => Promise<Look>;
  /** Of the whole gateway: so many look at once, and who waits for its turn has one look for all that happens meanwhile. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>;
  /** How long to rely on being told of changes. */
  readonly lookAgainMs: () => number;
  readonly retryMs: { readonly base: number; readonly cap: number };
  /** The last subscriber has left or was told the end. */
  readonly onEmpty: () => void;
  readonly metrics: LiveMetrics;
}

interface Shown {
  readonly version: number;
  readonly isWhole: boolean;
  readonly event: string;
}

export const liveQuery = (options: LiveQueryOptions): LiveQuery => {
  const { look, inTurn, lookAgainMs, retryMs, onEmpty, metrics } = options;
  /** Each with what it was sent last. */
  const subscribers = new Map<Subscriber, string | undefined>();
  let shown: Shown | undefined;
  let isLooking = false;
  let isDue = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const sendAll = (event: string) => {
    for (const [subscriber, sent] of subscribers) {
      if (sent === event) continue;
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
  const take = (answer: Look) => {
    const { kind, isWhole } = judge(answer);
    metrics.looks.inc({ outcome: kind === 'shown' && !isWhole ? 'partial' : kind });
    failures = isWhole ? 0 : failures + 1;
    const event = nextEvent(answer.snapshot);
    if (kind === 'over') return endAll(event);
    if (answer.thing && isNews(answer.thing.version, isWhole, shown))
      shown = { version: answer.thing.version, isWhole, event };
    // Who has seen nothing yet is told that it cannot be had now; the others keep what they have.
    sendAll(shown?.event ?? event);
    if (kind === 'final' && shown?.event === event) endAll(event);
  };
  const lookOnce = () =>
    inTurn(async () => {
      isDue = false;
      if (subscribers.size > 0) take(await look());
    });
  const lookWhileDue = async () => {
    isLooking = true;
    clearTimeout(timer);
    while (isDue && subscribers.size > 0) await lookOnce();
    isLooking = false;
    if (subscribers.size === 0) return;
    const waitMs = failures > 0 ? backoffMs(failures, retryMs.base, retryMs.cap, Math.random()) : lookAgainMs();
    timer = setTimeout(lookAgain, waitMs).unref();
  };
  const lookAgain = () => {
    isDue = true;
    if (!isLooking) void lookWhileDue();
  };

  return {
    join: (subscriber) => {
      subscribers.set(subscriber, undefined);
      lookAgain();
      return () => {
        if (!subscribers.delete(subscriber) || subscribers.size > 0) return;
        clearTimeout(timer);
        onEmpty();
      };
    },
    changed: (version) => {
      if (version === undefined || !shown || version > shown.version) lookAgain();
    },
  };
};

/** Never back to an older version; and of the same version, nothing with holes in place of something without. */
const isNews = (version: number, isWhole: boolean, shown: Shown | undefined): boolean =>
  !shown || version > shown.version || (version === shown.version && (isWhole || !shown.isWhole));

interface Verdict {
  /**
   * `shown`: that is how it is now. `final`: and so it stays. `unreachable`: it cannot be looked at now.
   * `over`: there is nothing to look at, or not for this viewer; asking again would not help.
   */
  readonly kind: 'shown' | 'final' | 'unreachable' | 'over';
  /** False when a part is missing that may be there at the next look. */
  readonly isWhole: boolean;
}

/** Codes of what passes by itself. Any other is the caller's business. */
const passing = new Set<unknown>([
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_CIRCUIT_OPEN',
  'SUBGRAPH_OVERLOADED',
  'TOO_MANY_REQUESTS',
  'RESOURCE_BUSY',
  'SUBGRAPH_BAD_RESPONSE',
  'GATEWAY_TIMEOUT',
  'INTERNAL_SERVER_ERROR',
]);

const judge = ({ snapshot, thing }: Look): Verdict => {
  const isWhole = !snapshot.errors?.some(({ extensions }) => passing.has(extensions?.code));
  if (!thing) return { kind: isWhole ? 'over' : 'unreachable', isWhole };
  return { kind: thing.isFinal && isWhole ? 'final' : 'shown', isWhole };
};
