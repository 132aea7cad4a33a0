/**
 * Limits concurrent work per subject within this process, first come, first served. Waiting for a database lock holds a
 * connection: a dozen requests about one cart would hold them all and block everybody else. Here they wait without one.
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
  // 2: while one holds the lock, the next has its connection and transaction ready. With 1 it is half as fast.
  concurrency: 2,
  // 200 at the few milliseconds that a change takes are about a second; a user causes one or two.
  maxWaiting: 200,
  // 5 s: with the lock time-out of 3 s (database/database.ts) still within the gateway's 10 s for a call.
  waitMs: 5_000,
};

/** Runs `work` once its subject has a free slot; without a subject at once. Throws `RetryableError` when that takes too long. */
export type LimitConcurrency = <T>(subject: string | undefined, work: () => Promise<T>) => Promise<T>;

/** Waiters in order; calling one gives it a slot. */
export type WaitQueue = Set<() => void>;

export interface WaitOptions {
  readonly waitMs: number | undefined;
  /** The error when no slot became free in time. */
  readonly onTimeout: () => Error;
  /** Aborted when nobody waits for the result any more, and the error that means. */
  readonly gone?: { readonly signal: AbortSignal; readonly left: () => Error } | undefined;
  /** Called when the wait ends, in whatever way. */
  readonly onSettled?: () => void;
}

/** Waits in the queue until called. */
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

interface Subject {
  running: number;
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
    const subject = subjects.get(name) ?? { running: 0, waiting: new Set() };
    subjects.set(name, subject);
    return subject;
  };

  return async (name, work) => {
    if (name === undefined) return work();
    const subject = subjectOf(name);
    if (subject.running < concurrency) subject.running += 1;
    else if (subject.waiting.size < maxWaiting) await waitForSlot(subject.waiting, { waitMs, onTimeout: busy });
    else throw busy();
    try {
      return await work();
    } finally {
      // The slot is handed over, so that no newcomer can take it.
      const [next] = subject.waiting;
      if (next) next();
      else subject.running -= 1;
      if (subject.running === 0) subjects.delete(name);
    }
  };
};
