import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fastRelay, relayFixture } from '#kit/messaging/relay-fixture.ts';
import { until } from '#kit/vitest/until.ts';

const on = relayFixture();

it('publishes the rows of a relay that was killed, once its lease is over', async () => {
  await on.write(['first', 'second']);
  const killed = spawn(
    process.execPath,
    [path.resolve('tests/kit/messaging/hanging-relay.ts'), on.database.url, JSON.stringify(fastRelay)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  expect(String((await once(killed.stdout, 'data'))[0]).trim()).toBe('2');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  await on.relay();
  await until('both rows', () => on.published().length === 2);
  expect(on.published()).toEqual(['first', 'second']);
});

it('keeps rows while the queue is away, says so once, and publishes them when it is back', async () => {
  let tries = 0;
  on.bus.obstacle = async () => {
    tries++;
    throw new Error('ECONNREFUSED');
  };
  await on.relay();
  await on.write(['first', 'second']);
  await until('some tries', () => tries >= 5);
  expect(on.published()).toEqual([]);
  expect(on.recorded.saying('published to is away')).toHaveLength(1);
  on.bus.obstacle = undefined;
  await until('both rows', () => on.published().length === 2);
  expect(on.published()).toEqual(['first', 'second']);
  expect(on.recorded.saying('published to is back')).toHaveLength(1);
});

it('reconnects when its database was away, and listens again', async () => {
  await on.relay({ databaseUrl: on.link.url, limits: { ...fastRelay, pollMs: 60_000 } });
  await on.write(['before']);
  await until('the first row to be marked', async () => (await on.unpublished()) === 0);
  await on.link.cut();
  await on.write(['meanwhile']);
  await pause(500);
  expect(on.recorded.saying('outbox is away')).toHaveLength(1);
  await on.link.restore();
  await until('the second row', () => on.published().length === 2);
  await on.write(['after']);
  await until('the third row', () => on.published().length === 3);
  expect(on.recorded.saying('outbox is back')).toHaveLength(1);
});

it('reconnects when the server ends its connection', async () => {
  await on.relay({ limits: { ...fastRelay, pollMs: 60_000 } });
  await on.write(['before']);
  await until('the first row to be marked', async () => (await on.unpublished()) === 0);
  await on.database.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'agora-relay' AND datname = current_database()",
  );
  await on.write(['after']);
  await until('the second row', () => on.published().length === 2);
});
