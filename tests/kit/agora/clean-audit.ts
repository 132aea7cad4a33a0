import { expect } from 'vitest';
import type { DatabaseUrls } from '#ops/addresses.ts';
import { auditAtRest } from '#ops/audit/audit.ts';
import { asTable } from '#ops/audit/report.ts';

// Compensations are retried after seconds in tests; twenty are more than any needs.
const restWithinMs = 20_000;

/** No rule is violated once the system is idle: the end of each fault test. */
export const expectCleanAudit = async (urls: DatabaseUrls, withinMs = restWithinMs): Promise<void> => {
  const findings = await auditAtRest(urls, withinMs);
  const violated = findings.filter(({ violations }) => violations.length > 0);
  expect(violated.length === 0 ? '' : asTable(violated)).toBe('');
};
