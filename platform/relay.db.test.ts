import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BreakableLink, breakableLink } from '../tests/kit/breakable-link.ts';
import { type PlatformDatabase, platformDatabase } from '../tests/kit/platform-tables.ts';
import { type RecordedLog, recordedLog } from '../tests/kit/recorded-log.ts';
import { type RecordingBus, recordingBus } from '../tests/kit/recording-bus.ts';
import { until } from '../tests/kit/until.ts';
import { runInContext } from './context.ts';
import { outbox } from './outbox.ts';
import { type Relay, type RelayOptions, relayLimits, startRelay } from './relay.ts';

const hasty = { ...relayLimits, leaseMs: 500, pollMs: 100, retryBaseMs: 20, retryCapMs: 100, unknownLeaseMs: 300 };

let database: PlatformDatabase;
let recorded: RecordedLog;
let bus: RecordingBus;
let relays: Relay[];
let link: BreakableLink;

beforeEach(async () => {
  database = await platformDatabase();
  link = await breakableLink(database.url);
  recorded = recordedLog();
  bus = recordingBus();
  relays = [];
});

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.close()));
  await link.close();
  await database.dispose();
});

const relay = async (options: Partial<RelayOptions> = {}) => {
  const started = await startRelay({
    databaseUrl: database.url,
    bus,
    receivers: () => ['a'],
    log: recorded.log,
    limits: hasty,
    ...options,
  });
  relays.push(started);
  return started;
};

const write = (texts: readonly string[], { type = 'thing.happened', thing = 'one' } = {}) =>
  database.transaction((tx) =>
    outbox(tx).add(
      ...texts.map((text) => ({ type, version: 1, aggregate: { type: 'Thing', id: thing }, data: { text } })),
    ),
  );

const published = () => bus.published.map(({ message }) => (message.data as { text: string }).text);
const unpublished = async () =>
  Number((await database.pool.query('SELECT count(*) FROM outbox_message WHERE published_at IS NULL')).rows[0].count);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index).padStart(4, '0'));

describe('the relay', () => {
  it('publishes a row as the message it is, once per receiver, and marks it', async () => {
    await relay({ receivers: () => ['a', 'b'] });
    await runInContext({ correlationId: 'a-request', traceparent: '00-1-2-01' }, () => write(['hello']));
    await until('the mark', async () => (await unpublished()) === 0);
    expect(bus.published.map(({ queue }) => queue)).toEqual(['a', 'b']);
    expect(bus.published[0]?.message).toEqual({
      id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      type: 'thing.happened',
      version: 1,
      occurredAt: expect.stringMatching(/^\d{4}-.*Z$/),
      aggregate: { type: 'Thing', id: 'one' },
      sequence: 1,
      correlationId: 'a-request',
      traceparent: '00-1-2-01',
      data: { text: 'hello' },
    });
  });

  it('keeps a message without receivers as history, marked at once', async () => {
    await relay({ receivers: () => [] });
    await write(['nobody listens']);
    await until('the mark', async () => (await unpublished()) === 0);
    expect(bus.published).toEqual([]);
  });

  it('leaves a message that this release does not know to one that does', async () => {
    await relay({ receivers: (type) => (type === 'thing.new' ? undefined : ['a']) });
    await write(['from the next release'], { type: 'thing.new', thing: 'two' });
    await write(['known']);
    await until('the known one', () => published().length === 1);
    await pause(100);
    expect(await unpublished()).toBe(1);
    expect(recorded.saying('does not know')).toHaveLength(1);
    await relay();
    await until('the new one', () => published().length === 2);
    expect(published()).toEqual(['known', 'from the next release']);
  });

  it('is woken by the commit and does not wait for the poll', async () => {
    await relay({ limits: { ...hasty, pollMs: 60_000 } });
    await write(['to see that it runs']);
    await until('the first row', () => published().length === 1);
    const took: number[] = [];
    for (let round = 2; round < 12; round++) {
      const committed = performance.now();
      await write([`row ${round}`]);
      await until('the row', () => published().length === round);
      took.push(performance.now() - committed);
    }
    expect(took.toSorted((a, b) => a - b)[5]).toBeLessThan(50);
  });

  it('finds rows by polling when no notification came, and on demand', async () => {
    const slow = await relay({ limits: { ...hasty, pollMs: 400 } });
    await pause(100);
    await database.pool.query('ALTER TABLE outbox_message DISABLE TRIGGER outbox_message_notify');
    await write(['by polling']);
    await until('the row', () => published().length === 1, 1_000);
    await write(['on demand']);
    const asked = performance.now();
    slow.wake();
    await until('the row', () => published().length === 2);
    expect(performance.now() - asked).toBeLessThan(200);
  });

  it('publishes rows in the order in which they were written, more than a batch of them', async () => {
    const texts = numbered(250);
    await write(texts);
    await relay();
    await until('all rows', () => published().length === 250);
    expect(published()).toEqual(texts);
  });

  it('publishes no row that is not committed', async () => {
    await relay();
    await expect(
      database.transaction(async (tx) => {
        await outbox(tx).add({ type: 't', version: 1, aggregate: { type: 'Thing', id: 'one' }, data: {} });
        throw new Error('the change failed');
      }),
    ).rejects.toThrow('the change failed');
    await pause(300);
    expect(bus.published).toEqual([]);
  });

  it('shares rows between two relays: each is published once per receiver', async () => {
    const texts = numbered(400);
    for (const thing of ['one', 'two', 'three', 'four']) await write(texts.slice(0, 100), { thing });
    bus.obstacle = () => pause(5);
    await Promise.all([relay({ limits: { ...hasty, batch: 7 } }), relay({ limits: { ...hasty, batch: 7 } })]);
    await until('all rows to be marked', async () => (await unpublished()) === 0, 15_000);
    expect(bus.published).toHaveLength(400);
    expect(new Set(bus.published.map(({ message }) => message.id)).size).toBe(400);
  });

  it('keeps the order of each aggregate, also with three relays of unequal speed', async () => {
    for (let round = 0; round < 10; round++)
      for (const thing of ['one', 'two', 'three']) await write(numbered(5), { thing });
    bus.obstacle = () => pause(Math.random() * 30);
    await Promise.all([1, 2, 3].map((batch) => relay({ limits: { ...hasty, batch } })));
    await until('all rows to be marked', async () => (await unpublished()) === 0, 15_000);
    for (const thing of ['one', 'two', 'three']) {
      const sequences = bus.published
        .filter(({ message }) => message.aggregate.id === thing)
        .map(({ message }) => message.sequence);
      expect(sequences).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    }
  });

  it('publishes the rows of a relay that was killed, as soon as its lease is over', async () => {
    await write(['first', 'second']);
    const killed = spawn(
      process.execPath,
      [path.resolve('tests/kit/hanging-relay.ts'), database.url, JSON.stringify(hasty)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    expect(String((await once(killed.stdout, 'data'))[0]).trim()).toBe('2');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const since = performance.now();
    await relay();
    await until('both rows', () => published().length === 2);
    expect(performance.now() - since).toBeLessThan(hasty.leaseMs + hasty.pollMs + 500);
    expect(published()).toEqual(['first', 'second']);
  });

  it('keeps rows while the queue is away, says so once, and publishes them when it is back', async () => {
    let tries = 0;
    bus.obstacle = async () => {
      tries++;
      throw new Error('ECONNREFUSED');
    };
    await relay();
    await write(['first', 'second']);
    await until('some tries', () => tries >= 5);
    expect(published()).toEqual([]);
    expect(recorded.saying('published to is away')).toHaveLength(1);
    bus.obstacle = undefined;
    await until('both rows', () => published().length === 2);
    expect(published()).toEqual(['first', 'second']);
    expect(recorded.saying('published to is back')).toHaveLength(1);
  });

  it('tries a queue that is away at a bounded rate, however often it is woken', async () => {
    let tries = 0;
    bus.obstacle = async () => {
      tries++;
      throw new Error('ECONNREFUSED');
    };
    const woken = await relay();
    await write(['waits']);
    await until('the longest back-off', () => tries >= 4);
    const before = tries;
    for (const end = Date.now() + 500; Date.now() < end; await pause(2)) woken.wake();
    // The cap of 100 ms, of which chance takes up to a half.
    expect(tries - before).toBeLessThanOrEqual(12);
  });

  it('reconnects when its database was away, and listens again', async () => {
    await relay({ databaseUrl: link.url, limits: { ...hasty, pollMs: 60_000 } });
    await write(['before']);
    await until('the first row', () => published().length === 1);
    await link.cut();
    await write(['meanwhile']);
    await pause(500);
    expect(recorded.saying('outbox is away')).toHaveLength(1);
    await link.restore();
    await until('the second row', () => published().length === 2);
    await write(['after']);
    await until('the third row', () => published().length === 3);
    expect(recorded.saying('outbox is back')).toHaveLength(1);
  });

  it('reconnects when the server ends its connection', async () => {
    await relay({ limits: { ...hasty, pollMs: 60_000 } });
    await write(['before']);
    await until('the first row', () => published().length === 1);
    await database.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'agora-relay' AND datname = current_database()",
    );
    await write(['after']);
    await until('the second row', () => published().length === 2);
  });

  it('finishes the batch in hand before it closes', async () => {
    let release: () => void = () => undefined;
    const entered = new Promise<void>((resolve) => {
      bus.obstacle = () => {
        resolve();
        return new Promise((done) => {
          release = done;
        });
      };
    });
    const closing = await relay();
    await write(['in hand']);
    await entered;
    const closed = closing.close();
    release();
    await closed;
    expect(published()).toEqual(['in hand']);
    expect(await unpublished()).toBe(0);
  });

  it('does nothing while there is nothing to do but look once per poll', async () => {
    const queries = async () =>
      Number(
        (await database.pool.query('SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()'))
          .rows[0].xact_commit,
      );
    await relay({ limits: { ...hasty, pollMs: 200 } });
    await pause(300);
    const before = await queries();
    await pause(2_000);
    expect((await queries()) - before).toBeLessThan(20);
  });
});
