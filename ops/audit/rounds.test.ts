import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RecordedLog, recordedLog } from '#kit/observability/recorded-log.ts';
import { seriesOf } from '#kit/observability/series.ts';
import { until } from '#kit/vitest/until.ts';
import { Registry } from '#platform/observability/metrics.ts';
import { databaseNames } from '../services.ts';
import type { Finding } from './report.ts';
import { auditMetrics, isFullDue, type Rounds, type RoundsOptions, roundLimits, startRounds } from './rounds.ts';
import type { Watermark } from './rule.ts';

const finding = (rule: string, ...orders: string[]): Finding => ({
  rule,
  promise: 'it holds',
  violations: orders.map((order) => ({ ids: { order }, what: 'it does not' })),
});

let recorded: RecordedLog;
let registry: Registry;
let rounds: Rounds;
let made: number;
beforeEach(() => {
  recorded = recordedLog();
  registry = new Registry();
  made = 0;
});
afterEach(() => rounds.close());

const start = (audit: (signal: AbortSignal) => Promise<readonly Finding[]>, everyMs = 5, roundMs = 1_000) => {
  const counted: RoundsOptions['audit'] = async (signal, since) => {
    made++;
    return { findings: await audit(signal), watermark, nextIsFull: false, isFull: since === undefined };
  };
  rounds = startRounds({
    audit: counted,
    everyMs,
    metrics: auditMetrics(registry),
    log: recorded.log,
    limits: { ...roundLimits, roundMs, retryMs: 5 },
  });
};
const rest = () => {
  const before = made;
  return until('two more rounds', () => made > before + 1);
};

it('shows what the last audit found', async () => {
  const startedAt = Math.floor(Date.now() / 1_000);
  start(async () => [finding('a'), finding('b', 'ord_1', 'ord_2')]);
  expect(rounds.isHealthy).toBeUndefined();
  expect(await seriesOf(registry)).toEqual({
    agora_audit_last_success_timestamp_seconds: 0,
    agora_audit_last_full_timestamp_seconds: 0,
    agora_audit_failures_total: 0,
  });
  await rest();
  expect(rounds.isHealthy).toBe(true);
  const series = await seriesOf(registry);
  expect(series).toMatchObject({
    'agora_audit_violations{rule="a"}': 0,
    'agora_audit_violations{rule="b"}': 2,
    agora_audit_failures_total: 0,
  });
  expect(series.agora_audit_last_success_timestamp_seconds).toBeGreaterThanOrEqual(startedAt);
});

const watermark = Object.fromEntries(databaseNames.map((name) => [name, '1'])) as Watermark;

it('covers what has moved since the round before, unless a full round is due or a violation stands', async () => {
  const asked: unknown[] = [];
  let hasViolation = false;
  rounds = startRounds({
    audit: async (_, since) => {
      asked.push(since);
      made++;
      return { findings: [], watermark, nextIsFull: hasViolation, isFull: since === undefined };
    },
    ...{ everyMs: 5, metrics: auditMetrics(registry), log: recorded.log },
    // A full round is as good as free here, and would be due at once: it comes within the hour all the same.
    limits: { ...roundLimits, fullShare: 0 },
  });
  await until('three rounds', () => made >= 3);
  hasViolation = true;
  await until('two rounds more', () => made >= 5);
  expect(asked.slice(0, 3)).toEqual([undefined, watermark, watermark]);
  await until('a full round', () => asked.slice(3).includes(undefined));
  expect(await seriesOf(registry)).toHaveProperty('agora_audit_duration_seconds{round="incremental"}');
});

it.each([
  ['the first', undefined, 0, true],
  ['nineteen times as long after the last as that took', { endedAt: 1_000, tookMs: 100 }, 2_900, false],
  ['twenty times as long after', { endedAt: 1_000, tookMs: 100 }, 3_000, true],
  ['an hour after one that took long, not quite', { endedAt: 0, tookMs: 300_000 }, 3_599_000, false],
  ['an hour after one that took long', { endedAt: 0, tookMs: 300_000 }, 3_600_000, true],
])('a full round is due, or not: %s', (_, last, now, isDue) => {
  expect(isFullDue(last, now, roundLimits)).toBe(isDue);
});

it('logs each violation once with its ids, and when it is gone', async () => {
  let found = [finding('a', 'ord_1')];
  start(async () => found);
  await rest();
  found = [finding('a', 'ord_1', 'ord_2')];
  await rest();
  const broken = recorded.saying('audit rule violated');
  expect(broken.map(({ level, rule, ids }) => [level, rule, ids])).toEqual([
    [50, 'a', { order: 'ord_1' }],
    [50, 'a', { order: 'ord_2' }],
  ]);
  found = [finding('a')];
  await rest();
  expect(recorded.saying('violations are gone')).toMatchObject([{ rule: 'a', gone: 2, left: 0 }]);
  expect(await seriesOf(registry)).toMatchObject({ 'agora_audit_violations{rule="a"}': 0 });
  found = [finding('a', 'ord_1')];
  await rest();
  expect(recorded.saying('audit rule violated')).toHaveLength(3);
});

it('logs twenty violations of a rule, and how many more there are', async () => {
  const orders = Array.from({ length: 50 }, (_, index) => `ord_${index}`);
  start(async () => [finding('a', ...orders)]);
  await rest();
  expect(recorded.saying('audit rule violated').map(({ more }) => more)).toEqual([
    ...Array.from({ length: 20 }, () => undefined),
    30,
  ]);
});

it('counts a failed audit, keeps what was found, and goes on', async () => {
  let isAway = false;
  start(async () => {
    if (isAway) throw new Error('the database is away');
    return [finding('a', 'ord_1')];
  });
  await rest();
  isAway = true;
  await rest();
  expect(rounds.isHealthy).toBe(false);
  const series = await seriesOf(registry);
  expect(series['agora_audit_violations{rule="a"}']).toBe(1);
  expect(series.agora_audit_failures_total).toBeGreaterThanOrEqual(1);
  expect(recorded.saying('is away')).toHaveLength(1);
  isAway = false;
  await rest();
  expect(rounds.isHealthy).toBe(true);
  expect(recorded.saying('audited is back')).toHaveLength(1);
});

it('pauses between two audits, and for less after a failed one', async () => {
  let isAway = true;
  start(async () => {
    if (isAway) throw new Error('away');
    return [];
  }, 60_000);
  await until('a second try', () => made >= 2);
  isAway = false;
  await until('an audit', () => rounds.isHealthy === true);
  const before = made;
  await pause(50);
  expect(made).toBe(before);
});

const endless = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

it('aborts an audit that takes too long', async () => {
  start(endless, 5, 20);
  await until('a failure', async () => rounds.isHealthy === false);
});

it('ends at once, even during an audit', async () => {
  start(endless);
  await rounds.close();
  expect(await seriesOf(registry)).toMatchObject({ agora_audit_failures_total: 0 });
  expect(recorded.saying('is away')).toEqual([]);
});
