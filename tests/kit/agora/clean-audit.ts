import { expect } from 'vitest';
import type { DatabaseUrls } from '#ops/addresses.ts';
import { auditAtRest } from '#ops/audit/audit.ts';
import { asTable } from '#ops/audit/report.ts';

// Undos are sent again after seconds in tests; twenty of them are more than any needs.
const restWithinMs = 20_000;

/** Every invariant holds once the system has come to rest: the end of each fault test. */
export const expectCleanAudit = async (urls: DatabaseUrls, withinMs = restWithinMs): Promise<void> => {
  const findings = await auditAtRest(urls, withinMs);
  const broken = findings.filter(({ breaches }) => breaches.length > 0);
  expect(broken.length === 0 ? '' : asTable(broken)).toBe('');
};
