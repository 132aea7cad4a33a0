import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { KnownMetric } from './query-faults.ts';

const baseline = path.resolve(import.meta.dirname, '../contracts/baseline/metrics.json');

/** What the processes of a running shop report, by name, as the contract check `metrics` last agreed on it. */
export const knownMetrics = (): Readonly<Record<string, KnownMetric>> =>
  JSON.parse(readFileSync(baseline, 'utf8')) as Record<string, KnownMetric>;
