import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fastRelay, numbered, relayFixture } from '#kit/messaging/relay-fixture.ts';
import { until } from '#kit/vitest/until.ts';
import { runInContext } from '../observability/context.ts';
import { outbox } from './outbox.ts';

const on = relayFixture();

it('publishes a row as the message it is, once per receiver, and marks it', async () => {
  await on.relay({ receivers: () => ['a', 'b'] });
  await runInContext(
    { correlationId: 'a-request', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    () => on.write(['hello']),
  );
  await until('the mark', async () => (await on.unpublished()) === 0);
  expect(on.bus.published.map(({ queue }) => queue)).toEqual(['a', 'b']);
  expect(on.bus.published[0]?.message).toEqual({
    id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
    type: 'thing.happened',
    version: 1,
    occurredAt: expect.stringMatching(/^\d{4}-.*Z$/),
    aggregate: { type: 'Thing', id: 'one' },
    sequence: 1,
    correlationId: 'a-request',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    data: { text: 'hello' },
  });
});

it('keeps a message without receivers as history, marked at once', async () => {
  await on.relay({ receivers: () => [] });
  await on.write(['nobody listens']);
  await until('the mark', async () => (await on.unpublished()) === 0);
  expect(on.bus.published).toEqual([]);
});

it('leaves a message that this release does not know to one that does', async () => {
  await on.relay({ receivers: (type) => (type === 'thing.new' ? undefined : ['a']) });
  await on.write(['from the next release'], { type: 'thing.new', thing: 'two' });
  await on.write(['known']);
  await until('the known one', () => on.published().length === 1);
  await pause(100);
  expect(await on.unpublished()).toBe(1);
  expect(on.recorded.saying('unknown to this release')).toHaveLength(1);
  await on.relay();
  await until('the new one', () => on.published().length === 2);
  expect(on.published()).toEqual(['known', 'from the next release']);
});

it('publishes rows in the order in which they were written, more than a batch of them', async () => {
  const texts = numbered(250);
  await on.write(texts);
  await on.relay();
  await until('all rows', () => on.published().length === 250);
  expect(on.published()).toEqual(texts);
});

it('publishes no row that is not committed', async () => {
  await on.relay();
  await expect(
    on.database.transaction(async (tx) => {
      await outbox(tx).add({ type: 't', version: 1, aggregate: { type: 'Thing', id: 'one' }, data: {} });
      throw new Error('the change failed');
    }),
  ).rejects.toThrow('the change failed');
  await pause(300);
  expect(on.bus.published).toEqual([]);
});

it('shares rows between two relays: each is published once per receiver', async () => {
  const texts = numbered(400);
  for (const thing of ['one', 'two', 'three', 'four']) await on.write(texts.slice(0, 100), { thing });
  on.bus.obstacle = () => pause(5);
  await Promise.all([
    on.relay({ limits: { ...fastRelay, batch: 7 } }),
    on.relay({ limits: { ...fastRelay, batch: 7 } }),
  ]);
  await until('all rows to be marked', async () => (await on.unpublished()) === 0, 15_000);
  expect(on.bus.published).toHaveLength(400);
  expect(new Set(on.bus.published.map(({ message }) => message.id)).size).toBe(400);
});

it('keeps the order of each aggregate, also with three relays of unequal speed', async () => {
  for (let round = 0; round < 10; round++)
    for (const thing of ['one', 'two', 'three']) await on.write(numbered(5), { thing });
  on.bus.obstacle = () => pause(Math.random() * 30);
  await Promise.all([1, 2, 3].map((batch) => on.relay({ limits: { ...fastRelay, batch } })));
  await until('all rows to be marked', async () => (await on.unpublished()) === 0, 15_000);
  for (const thing of ['one', 'two', 'three']) {
    const sequences = on.bus.published
      .filter(({ message }) => message.aggregate.id === thing)
      .map(({ message }) => message.sequence);
    expect(sequences).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  }
});

it('finishes the batch in hand before it closes', async () => {
  let release: () => void = () => undefined;
  const entered = new Promise<void>((resolve) => {
    on.bus.obstacle = () => {
      resolve();
      return new Promise((done) => {
        release = done;
      });
    };
  });
  const closing = await on.relay();
  await on.write(['in hand']);
  await entered;
  const closed = closing.close();
  release();
  await closed;
  expect(on.published()).toEqual(['in hand']);
  expect(await on.unpublished()).toBe(0);
});

it('announces what it publishes before it marks it, and again when that failed', async () => {
  const announced: string[] = [];
  let isAway = true;
  await on.relay({
    notify: async (messages) => {
      if (isAway) throw new Error('nobody can be told');
      announced.push(...messages.map(({ aggregate, sequence }) => `${aggregate.type} ${aggregate.id} ${sequence}`));
    },
  });
  await on.write(['first', 'second']);
  await until('a try', () => on.bus.published.length > 0);
  expect(await on.unpublished()).toBe(2);
  isAway = false;
  await until('both marks', async () => (await on.unpublished()) === 0);
  expect(announced).toEqual(expect.arrayContaining(['Thing one 1', 'Thing one 2']));
});

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

it('keeps rows while the queue is away, logs that once, and publishes them when it is back', async () => {
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
