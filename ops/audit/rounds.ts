/** Audit after audit. */
import { setTimeout as pause } from 'node:timers/promises';
import { availabilityLog } from '#platform/observability/availability-log.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Round } from './audit.ts';
import type { AuditMetrics } from './auditor-metrics.ts';
import type { Watermark } from './rule.ts';
import { breachTeller } from './tell-breaches.ts';

export interface RoundsOptions {
  /** Looks at what has moved since then, or at everything. Ends early, with the reason of the signal, when that is aborted. */
  readonly audit: (signal: AbortSignal, since: Watermark | undefined) => Promise<Round>;
  /** From the end of one to the start of the next: however long they take, there is never a second one. */
  readonly everyMs: number;
  readonly measured: AuditMetrics;
  readonly log: Logger;
  readonly limits?: RoundLimits;
}

export interface RoundLimits {
  readonly roundMs: number;
  readonly retryMs: number;
  readonly fullShare: number;
  readonly fullWithinMs: number;
}

export const roundLimits: RoundLimits = {
  // 30 min for all rules: some millions of orders. A shop that outgrows it hears so, by its alert that no audit is made any more.
  roundMs: 30 * 60_000,
  // 5 s after an audit that could not be made: most often a database that is starting.
  retryMs: 5_000,
  // A twentieth of the time is spent on full rounds. A small shop has one each minute, which takes it less than a second; one
  // that takes minutes comes within the hour, and in between rounds look at what has moved.
  fullShare: 1 / 20,
  fullWithinMs: 60 * 60_000,
};

interface LastFull {
  readonly endedAt: number;
  readonly tookMs: number;
}

/** Whether it is time to look at everything again. By a clock of milliseconds. */
export const isFullDue = (last: LastFull | undefined, now: number, { fullShare, fullWithinMs }: RoundLimits): boolean =>
  last === undefined || now - last.endedAt >= Math.min(last.tookMs / fullShare, fullWithinMs);

export interface Rounds {
  /** Of the latest audit; nothing while the first is under way. */
  readonly couldBeMade: boolean | undefined;
  /** Breaks off what is under way: an audit only reads. */
  close(): Promise<void>;
}

/** Starts with an audit at once. One that cannot be made is counted and told, and the next is tried sooner. */
export const startRounds = ({ audit, everyMs, measured, log, limits = roundLimits }: RoundsOptions): Rounds => {
  const stopping = new AbortController();
  const databases = availabilityLog(log, 'something that is to be audited');
  const tell = breachTeller(log);
  let couldBeMade: boolean | undefined;
  let lastFull: LastFull | undefined;
  let watermark: Watermark | undefined;

  const round = async (): Promise<void> => {
    const start = performance.now();
    try {
      const since = isFullDue(lastFull, start, limits) ? undefined : watermark;
      const made = await audit(AbortSignal.any([stopping.signal, AbortSignal.timeout(limits.roundMs)]), since);
      const endedAt = performance.now();
      if (made.isFull) lastFull = { endedAt, tookMs: endedAt - start };
      watermark = made.nextIsFull ? undefined : made.watermark;
      measured.made(made, endedAt - start);
      databases.up();
      tell(made.findings);
      couldBeMade = true;
    } catch (error) {
      if (stopping.signal.aborted) return;
      measured.failed();
      databases.down(error);
      couldBeMade = false;
    }
  };

  const ended = (async () => {
    while (!stopping.signal.aborted) {
      await round();
      const restMs = couldBeMade ? everyMs : Math.min(everyMs, limits.retryMs);
      await pause(restMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    get couldBeMade() {
      return couldBeMade;
    },
    close: async () => {
      stopping.abort(new Error('the auditor ends'));
      await ended;
    },
  };
};
