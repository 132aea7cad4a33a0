/** Audit after audit, with their metrics. */
import { setTimeout as pause } from 'node:timers/promises';
import { availabilityLog } from '#platform/observability/availability-log.ts';
import type { Logger } from '#platform/observability/log.ts';
import { Counter, Gauge, type Registry } from '#platform/observability/metrics.ts';
import type { Round } from './audit.ts';
import { violationLog } from './report.ts';
import type { Watermark } from './rule.ts';

export interface RoundsOptions {
  /** Covers what has moved since then, or everything. Rejects with the signal's reason once that is aborted. */
  readonly audit: (signal: AbortSignal, since: Watermark | undefined) => Promise<Round>;
  /** From the end of one to the start of the next: they never overlap. */
  readonly everyMs: number;
  readonly metrics: AuditMetrics;
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
  // 30 min for all rules: some millions of orders. A shop that outgrows it is alerted that audits no longer complete.
  roundMs: 30 * 60_000,
  // 5 s after a failed audit: most often a database is starting.
  retryMs: 5_000,
  // A twentieth of the time goes to full rounds. A small shop has one each minute, which takes less than a second; one that
  // takes minutes comes within the hour, with incremental rounds in between.
  fullShare: 1 / 20,
  fullWithinMs: 60 * 60_000,
};

interface LastFull {
  readonly endedAt: number;
  readonly tookMs: number;
}

/** Whether a full round is due; `now` is in milliseconds. */
export const isFullDue = (last: LastFull | undefined, now: number, { fullShare, fullWithinMs }: RoundLimits): boolean =>
  last === undefined || now - last.endedAt >= Math.min(last.tookMs / fullShare, fullWithinMs);

export interface Rounds {
  /** Whether the latest audit completed; undefined while the first is under way. */
  readonly isHealthy: boolean | undefined;
  /** Aborts what is under way: an audit only reads. */
  close(): Promise<void>;
}

/** Starts with an audit at once. One that fails is counted and logged, and the next one comes sooner. */
export const startRounds = ({ audit, everyMs, metrics, log, limits = roundLimits }: RoundsOptions): Rounds => {
  const stopping = new AbortController();
  const databases = availabilityLog(log, 'a database to be audited');
  const logViolations = violationLog(log);
  let isHealthy: boolean | undefined;
  let lastFull: LastFull | undefined;
  let watermark: Watermark | undefined;

  const round = async (): Promise<void> => {
    const start = performance.now();
    try {
      const since = isFullDue(lastFull, start, limits) ? undefined : watermark;
      const completed = await audit(AbortSignal.any([stopping.signal, AbortSignal.timeout(limits.roundMs)]), since);
      const endedAt = performance.now();
      if (completed.isFull) lastFull = { endedAt, tookMs: endedAt - start };
      watermark = completed.nextIsFull ? undefined : completed.watermark;
      metrics.completed(completed, endedAt - start);
      databases.up();
      logViolations(completed.findings);
      isHealthy = true;
    } catch (error) {
      if (stopping.signal.aborted) return;
      metrics.failed();
      databases.down(error);
      isHealthy = false;
    }
  };

  const ended = (async () => {
    while (!stopping.signal.aborted) {
      await round();
      const restMs = isHealthy ? everyMs : Math.min(everyMs, limits.retryMs);
      await pause(restMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    get isHealthy() {
      return isHealthy;
    },
    close: async () => {
      stopping.abort(new Error('the auditor ends'));
      await ended;
    },
  };
};

export interface AuditMetrics {
  readonly completed: (round: Pick<Round, 'findings' | 'isFull'>, tookMs: number) => void;
  readonly failed: () => void;
}

/** Violations stay as they were found until an audit that completes no longer finds them. */
export const auditMetrics = (registry: Registry): AuditMetrics => {
  const registers = [registry];
  const violations = new Gauge({
    name: 'agora_audit_violations',
    help: 'Violations that the last audit found, by rule; no series before the first audit.',
    labelNames: ['rule'],
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'agora_audit_last_success_timestamp_seconds',
    help: 'When an audit last completed, whatever it found; 0 before the first.',
    registers,
  });
  const lastFull = new Gauge({
    name: 'agora_audit_last_full_timestamp_seconds',
    help: 'When a full audit last completed, not only one of what had moved; 0 before the first.',
    registers,
  });
  const duration = new Gauge({
    name: 'agora_audit_duration_seconds',
    help: 'Duration of the last completed audit, by whether it was full or incremental.',
    labelNames: ['round'],
    registers,
  });
  const failures = new Counter({
    name: 'agora_audit_failures_total',
    help: 'Audits that did not complete.',
    registers,
  });
  return {
    completed: ({ findings, isFull }, tookMs) => {
      for (const { rule, violations: found } of findings) violations.set({ rule }, found.length);
      lastSuccess.setToCurrentTime();
      if (isFull) lastFull.setToCurrentTime();
      duration.set({ round: isFull ? 'full' : 'incremental' }, tookMs / 1_000);
    },
    failed: () => failures.inc(),
  };
};
