import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { seriesOf } from '#kit/observability/series.ts';
import { Registry } from '../observability/metrics.ts';
import { startPeriodic } from './periodic.ts';

const log = pino({ level: 'silent' });
const options = () => ({ log, metrics: new Registry() });
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
};

test('comes round again, also after a round that failed', async () => {
  let rounds = 0;
  const run = async () => {
    if (++rounds === 1) throw new Error('the database is away');
  };
  const sweeps = startPeriodic([{ name: 'sweep', everyMs: 1, run }], options());
  await until(() => rounds >= 3);
  await sweeps.close();
  const atClose = rounds;
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(rounds).toBe(atClose);
});

test('comes round again after a round that never ends', async () => {
  let rounds = 0;
  const run = () => (++rounds === 1 ? new Promise(() => undefined) : Promise.resolve());
  const sweeps = startPeriodic([{ name: 'sweep', everyMs: 1, run }], { ...options(), roundLimitMs: 5 });
  await until(() => rounds >= 3);
  await sweeps.close();
});

test('closing waits for the round under way, and rounds never overlap', async () => {
  let running = 0;
  let most = 0;
  const run = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 10));
    running--;
  };
  const sweeps = startPeriodic([{ name: 'slow', everyMs: 1, run }], options());
  await until(() => running === 1);
  await sweeps.close();
  expect({ running, most }).toEqual({ running: 0, most: 1 });
});

test('reports how long ago each task last succeeded, and which are overdue', async () => {
  vi.useFakeTimers();
  const { metrics } = options();
  let isBroken = false;
  const sweep = async () => {
    if (isBroken) throw new Error('no such column');
  };
  const swept = startPeriodic([{ name: 'sweep', everyMs: 1_000, run: sweep }], { log, metrics });
  const looked = startPeriodic([{ name: 'look', everyMs: 30_000, run: async () => undefined }], { log, metrics });
  const age = (task: string) => `agora_periodic_task_seconds_since_success{task="${task}"}`;
  const every = (task: string) => `agora_periodic_task_interval_seconds{task="${task}"}`;
  await vi.advanceTimersByTimeAsync(30_000);
  isBroken = true;
  await vi.advanceTimersByTimeAsync(63_000);
  expect([swept.overdue(), looked.overdue()]).toEqual([[], []]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([swept.overdue(), looked.overdue()]).toEqual([['sweep'], []]);
  expect(await seriesOf(metrics)).toEqual({
    [age('sweep')]: 64,
    [every('sweep')]: 1,
    [age('look')]: 4,
    [every('look')]: 30,
  });
  isBroken = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(swept.overdue()).toEqual([]);
  await Promise.all([swept.close(), looked.close()]);
  expect(await seriesOf(metrics)).toEqual({});
  vi.useRealTimers();
});
