/**
 * Work about one thing takes turns within this process, in the order in which it came. Whoever waits for a lock of the
 * database holds a connection meanwhile: a dozen requests about one cart would hold them all, and nobody else be served.
 * Here they wait without one.
 */
import { NotNow } from './not-now.ts';

export interface TurnBounds {
  readonly atOnce: number;
  /** So many may wait for one thing; whoever comes then is refused at once. */
  readonly waiting: number;
  /** How long one may wait for its turn. */
  readonly waitMs: number;
}

export const turnBounds: TurnBounds = {
  // 2: while one holds the lock, the next has its connection and transaction ready. One alone is half as fast.
  atOnce: 2,
  // 200 at the few milliseconds that a change takes are about a second; a person causes one or two.
  waiting: 200,
  // 5 s: with the 3 s of a lock that does not come (platform/database.ts) still within the gateway's 10 s for a call.
  waitMs: 5_000,
};

/** Runs `work` when it is the subject's turn. Without a subject it runs at once. Throws `NotNow` when that takes too long. */
export type InTurn = <T>(subject: string | undefined, work: () => Promise<T>) => Promise<T>;

/** Of one subject: how many are at it, and those who wait, the first one first. */
interface Line {
  atIt: number;
  readonly waiting: Set<() => void>;
}

export const turns = ({ atOnce, waiting, waitMs }: TurnBounds = turnBounds): InTurn => {
  const lines = new Map<string, Line>();

  const turnIn = (line: Line): Promise<void> =>
    new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer);
        line.waiting.delete(enter);
        resolve();
      };
      const timer = setTimeout(() => {
        line.waiting.delete(enter);
        reject(new NotNow('RESOURCE_BUSY'));
      }, waitMs);
      line.waiting.add(enter);
    });

  const lineOf = (subject: string): Line => {
    const line = lines.get(subject) ?? { atIt: 0, waiting: new Set() };
    lines.set(subject, line);
    return line;
  };

  return async (subject, work) => {
    if (subject === undefined) return work();
    const line = lineOf(subject);
    if (line.atIt < atOnce) line.atIt += 1;
    else if (line.waiting.size < waiting) await turnIn(line);
    else throw new NotNow('RESOURCE_BUSY');
    try {
      return await work();
    } finally {
      // Whoever ends hands its place on, so that nobody who comes in between can take it.
      const [next] = line.waiting;
      if (next) next();
      else line.atIt -= 1;
      if (line.atIt === 0) lines.delete(subject);
    }
  };
};
