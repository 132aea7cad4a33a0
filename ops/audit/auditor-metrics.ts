import { Counter, Gauge, type Registry } from '#platform/observability/metrics.ts';
import type { Round } from './audit.ts';

export interface AuditMetrics {
  readonly made: (round: Pick<Round, 'findings' | 'isFull'>, tookMs: number) => void;
  readonly failed: () => void;
}

/** What the auditor measures. Breaches stay as they were found until an audit has been made that does not find them. */
export const auditMetrics = (registry: Registry): AuditMetrics => {
  const registers = [registry];
  const breaches = new Gauge({
    name: 'agora_audit_breaches',
    help: 'Breaches that the last audit found, by rule; without a series before the first audit.',
    labelNames: ['rule'],
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'agora_audit_last_success_timestamp_seconds',
    help: 'When an audit was last made to its end, whatever it found; 0 before the first.',
    registers,
  });
  const lastFull = new Gauge({
    name: 'agora_audit_last_full_timestamp_seconds',
    help: 'When an audit was last made that looked at everything, and not only at what had moved; 0 before the first.',
    registers,
  });
  const duration = new Gauge({
    name: 'agora_audit_duration_seconds',
    help: 'How long the last audit took that was made to its end, by whether it looked at everything or at what had moved.',
    labelNames: ['round'],
    registers,
  });
  const failures = new Counter({
    name: 'agora_audit_failures_total',
    help: 'Audits that could not be made to their end.',
    registers,
  });
  return {
    made: ({ findings, isFull }, tookMs) => {
      for (const { rule, breaches: found } of findings) breaches.set({ rule }, found.length);
      lastSuccess.setToCurrentTime();
      if (isFull) lastFull.setToCurrentTime();
      duration.set({ round: isFull ? 'full' : 'incremental' }, tookMs / 1_000);
    },
    failed: () => failures.inc(),
  };
};
