import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fastRelay, relayFixture } from '#kit/messaging/relay-fixture.ts';
import { until } from '#kit/vitest/until.ts';

const on = relayFixture();

it('is woken by the commit and does not wait for the poll', async () => {
  await on.relay({ limits: { ...fastRelay, pollMs: 60_000 } });
  await on.write(['to see that it runs']);
  await until('the first row', () => on.published().length === 1);
  for (let round = 2; round < 12; round++) {
    await on.write([`row ${round}`]);
    await until('the row', () => on.published().length === round);
  }
});

it('finds rows by polling when no notification came, and on demand', async () => {
  await on.database.pool.query('ALTER TABLE outbox_message DISABLE TRIGGER outbox_message_notify');
  const polling = await on.relay();
  await on.write(['by polling']);
  await until('the row', () => on.published().length === 1);
  await polling.close();

  const waiting = await on.relay({ limits: { ...fastRelay, pollMs: 60_000 } });
  await on.write(['on demand']);
  waiting.wake();
  await until('the row', () => on.published().length === 2);
});

it('tries a queue that is away at a bounded rate, however often it is woken', async () => {
  let tries = 0;
  on.bus.obstacle = async () => {
    tries++;
    throw new Error('ECONNREFUSED');
  };
  const woken = await on.relay();
  await on.write(['waits']);
  await until('the longest back-off', () => tries >= 4);
  const before = tries;
  for (const end = Date.now() + 500; Date.now() < end; await pause(2)) woken.wake();
  // The cap of 100 ms, of which chance takes up to a half.
  expect(tries - before).toBeLessThanOrEqual(12);
});

it('does nothing while there is nothing to do but look once per poll', async () => {
  const queries = async () =>
    Number(
      (await on.database.pool.query('SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()'))
        .rows[0].xact_commit,
    );
  await on.relay({ limits: { ...fastRelay, pollMs: 200 } });
  await pause(300);
  const before = await queries();
  await pause(2_000);
  expect((await queries()) - before).toBeLessThan(20);
});
