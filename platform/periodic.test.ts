import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startPeriodic } from './periodic.ts';

const silent = pino({ level: 'silent' });
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
};

test('comes round again, also after a round that failed', async () => {
  let rounds = 0;
  const run = async () => {
    if (++rounds === 1) throw new Error('the database is away');
  };
  const sweeps = startPeriodic([{ name: 'sweep', everyMs: 1, run }], silent);
  await until(() => rounds >= 3);
  await sweeps.close();
  const atClose = rounds;
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(rounds).toBe(atClose);
});

test('closing waits for the round under way, and rounds never overlap', async () => {
  let running = 0;
  let most = 0;
  const run = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 10));
    running--;
  };
  const sweeps = startPeriodic([{ name: 'slow', everyMs: 1, run }], silent);
  await until(() => running === 1);
  await sweeps.close();
  expect({ running, most }).toEqual({ running: 0, most: 1 });
});
