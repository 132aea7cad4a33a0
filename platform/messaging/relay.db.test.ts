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
