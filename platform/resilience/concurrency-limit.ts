/**
 * Work about one thing takes turns within this process, in the order in which it came. Whoever waits for a lock of the
 * database holds a connection meanwhile: a dozen requests about one cart would hold them all, and nobody else be served.
 * Here they wait without one.
 */
import { RetryableError } from './retryable-error.ts';

export interface ConcurrencyBounds {
  readonly concurrency: number;
  /** Beyond this many waiting for one subject, work is refused at once. Unbounded where the callers are few. */
  readonly maxWaiting?: number;
  /** How long work may wait for its turn; without it, as long as it takes. */
  readonly waitMs?: number;
}

export const concurrencyBounds: Required<ConcurrencyBounds> = {
  // 2: while one holds the lock, the next has its connection and transaction ready. One alone is half as fast.
  concurrency: 2,
  // 200 at the few milliseconds that a change takes are about a second; a person causes one or two.
  maxWaiting: 200,
  // 5 s: with the 3 s of a lock that does not come (platform/database/database.ts) still within the gateway's 10 s for a call.
  waitMs: 5_000,
};

/** Runs `work` when it is the subject's turn. Without a subject it runs at once. Throws `RetryableError` when that takes too long. */
export type LimitConcurrency = <T>(subject: string | undefined, work: () => Promise<T>) => Promise<T>;

/** Those who wait for their turn, the first one first. Whoever has one to give calls what stands there. */
export type WaitQueue = Set<() => void>;

export interface WaitOptions {
  readonly waitMs: number | undefined;
  /** What it means that the turn did not come in time. */
  readonly onTimeout: () => Error;
  /** Aborted when nobody is there any more to have a turn, and what that means. */
  readonly gone?: { readonly signal: AbortSignal; readonly left: () => Error } | undefined;
  /** Called when the wait is over, however it ends. */
  readonly onSettled?: () => void;
}

/** Stands in the line until it is called. */
export const waitForSlot = (line: WaitQueue, { waitMs, onTimeout, gone, onSettled }: WaitOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const leave = (): void => {
      onSettled?.();
      line.delete(enter);
      clearTimeout(timer);
      gone?.signal.removeEventListener('abort', goAway);
    };
    const enter = (): void => {
      leave();
      resolve();
    };
    const giveUp = (why: Error): void => {
      leave();
      reject(why);
    };
    const goAway = (): void => {
      if (gone) giveUp(gone.left());
    };
    const timer = waitMs === undefined ? undefined : setTimeout(() => giveUp(onTimeout()), waitMs);
    line.add(enter);
    gone?.signal.addEventListener('abort', goAway);
    if (gone?.signal.aborted) goAway();
  });

/** Of one subject: how many are at it, and those who wait. */
interface Subject {
  atIt: number;
  readonly waiting: WaitQueue;
}

const busy = (): RetryableError => new RetryableError('RESOURCE_BUSY');

export const concurrencyLimit = ({
  concurrency,
  maxWaiting = Number.POSITIVE_INFINITY,
  waitMs,
}: ConcurrencyBounds = concurrencyBounds): LimitConcurrency => {
  const subjects = new Map<string, Subject>();

  const subjectOf = (name: string): Subject => {
    const subject = subjects.get(name) ?? { atIt: 0, waiting: new Set() };
    subjects.set(name, subject);
    return subject;
  };

  return async (name, work) => {
    if (name === undefined) return work();
    const subject = subjectOf(name);
    if (subject.atIt < concurrency) subject.atIt += 1;
    else if (subject.waiting.size < maxWaiting) await waitForSlot(subject.waiting, { waitMs, onTimeout: busy });
    else throw busy();
    try {
      return await work();
    } finally {
      // Whoever ends hands its place on, so that nobody who comes in between can take it.
      const [next] = subject.waiting;
      if (next) next();
      else subject.atIt -= 1;
      if (subject.atIt === 0) subjects.delete(name);
    }
  };
};
