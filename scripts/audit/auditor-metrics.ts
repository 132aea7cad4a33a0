import { Counter, Gauge, type Registry } from '../../platform/metrics.ts';
import type { Finding } from './report.ts';

export interface AuditMetrics {
  readonly made: (findings: readonly Finding[], tookMs: number) => void;
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
  const duration = new Gauge({
    name: 'agora_audit_duration_seconds',
    help: 'How long the last audit took that was made to its end.',
    registers,
  });
  const failures = new Counter({
    name: 'agora_audit_failures_total',
    help: 'Audits that could not be made to their end.',
    registers,
  });
  return {
    made: (findings, tookMs) => {
      for (const { rule, breaches: found } of findings) breaches.set({ rule }, found.length);
      lastSuccess.setToCurrentTime();
      duration.set(tookMs / 1_000);
    },
    failed: () => failures.inc(),
  };
};
