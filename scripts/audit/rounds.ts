/** Audit after audit. */
import { setTimeout as pause } from 'node:timers/promises';
import { linkState } from '../../platform/bus/link-state.ts';
import type { Logger } from '../../platform/log.ts';
import type { AuditMetrics } from './auditor-metrics.ts';
import type { Finding } from './report.ts';
import { breachTeller } from './tell-breaches.ts';

export interface RoundsOptions {
  /** Ends early, with the reason of the signal, when that is aborted. */
  readonly audit: (signal: AbortSignal) => Promise<readonly Finding[]>;
  /** From the end of one to the start of the next: however long they take, there is never a second one. */
  readonly everyMs: number;
  readonly measured: AuditMetrics;
  readonly log: Logger;
  readonly limits?: RoundLimits;
}

export interface RoundLimits {
  readonly roundMs: number;
  readonly retryMs: number;
}

const roundLimits: RoundLimits = {
  // 10 min for all rules: millions of orders. A shop that outgrows it hears so, by its alert that no audit is made any more.
  roundMs: 10 * 60_000,
  // 5 s after an audit that could not be made: most often a database that is starting.
  retryMs: 5_000,
};

export interface Rounds {
  /** Of the latest audit; nothing while the first is under way. */
  readonly couldBeMade: boolean | undefined;
  /** Breaks off what is under way: an audit only reads. */
  close(): Promise<void>;
}

/** Starts with an audit at once. One that cannot be made is counted and told, and the next is tried sooner. */
export const startRounds = ({ audit, everyMs, measured, log, limits = roundLimits }: RoundsOptions): Rounds => {
  const stopping = new AbortController();
  const databases = linkState(log, 'something that is to be audited');
  const tell = breachTeller(log);
  let couldBeMade: boolean | undefined;

  const round = async (): Promise<void> => {
    const start = performance.now();
    try {
      const findings = await audit(AbortSignal.any([stopping.signal, AbortSignal.timeout(limits.roundMs)]));
      measured.made(findings, performance.now() - start);
      databases.up();
      tell(findings);
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
