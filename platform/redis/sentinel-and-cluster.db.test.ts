import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aMessage, idOf } from '#kit/messaging/messages.ts';
import { fastLimits } from '#kit/messaging/transports.ts';
import { type RecordedLog, recordedLog } from '#kit/observability/recorded-log.ts';
import { startRedisCluster, startRedisWithUser, startSentinel } from '#kit/redis/beyond-one.ts';
import { redisHere, type TestRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { type Bus, type BusJob, Poison } from '../messaging/bus/bus.ts';
import { createBus } from '../messaging/bus/create-bus.ts';
import { type ChangeNotifications, createChangeNotifications } from '../pubsub/change-notifications.ts';
import { connectRedis } from './client.ts';

// 5 s: the first words with a new cluster take a while on a busy machine.
const limits = { ...fastLimits, publishDeadlineMs: 5_000 };

const kinds = [
  { kind: 'one server', start: () => startRedisWithUser() },
  { kind: 'a cluster', start: startRedisCluster },
  { kind: 'a Sentinel', start: startSentinel },
];

describe.runIf(redisHere()).each(kinds)('over the Redis of $kind', ({ start }) => {
  let server: TestRedis;
  let log: RecordedLog;
  let bus: Bus;
  let opened: ChangeNotifications[];

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    log = recordedLog();
    bus = await createBus({ REDIS_URL: server.url }, log.log, limits);
    opened = [];
  });
  afterEach(async () => {
    await bus.close();
    await Promise.all(opened.map((subscriber) => subscriber.close()));
  });

  const subscriber = async () => {
    const changes = createChangeNotifications({ REDIS_URL: server.url }, log.log);
    opened.push(changes);
    const seen = { changes, heard: [] as (number | undefined)[], gaps: 0 };
    changes.subscribe(
      ({ version }) => seen.heard.push(version),
      () => seen.gaps++,
    );
    await until('listening', changes.isSubscribed);
    return seen;
  };
  const lamp = (version: number) => ({ about: { type: 'Product', id: 'lamp' }, version });

  it('messages of several queues arrive as they were, each once', async () => {
    const queues = ['order', 'inventory', 'payment', 'notification'];
    const jobs = queues.flatMap((queue) => Array.from({ length: 20 }, () => ({ queue, message: aMessage() })));
    const taken: unknown[] = [];
    for (const queue of queues) await bus.consume(queue, async (message) => void taken.push(message));
    await bus.publish([...jobs, ...jobs]);
    await until('all of them', () => taken.length >= jobs.length);
    const byId = (a: unknown, b: unknown) => idOf(a).localeCompare(idOf(b));
    expect(taken.toSorted(byId)).toEqual(jobs.map(({ message }) => message).toSorted(byId));
  });

  it('a message that keeps failing becomes a dead letter, and can be redriven', async () => {
    const message = aMessage();
    let isMended = false;
    let tries = 0;
    await bus.consume('failing', async () => {
      if (++tries < fastLimits.tries) throw new Error('not yet');
      if (!isMended) throw new Poison('no such thing');
    });
    await bus.publish([{ queue: 'failing', message }]);
    await until('the dead letter', async () => (await bus.counts('failing')).dead === 1);
    expect(await bus.deadLetters('failing')).toMatchObject([{ message, reason: 'no such thing' }]);
    isMended = true;
    expect(await bus.redrive('failing', message.id)).toBe(true);
    await until('it is done', async () => Object.values(await bus.counts('failing')).every((count) => count === 0));
  });

  it('change notifications reach every process', async () => {
    const [one, other] = [await subscriber(), await subscriber()];
    for (const version of [1, 2, 3]) await one.changes.publish(lamp(version));
    await until('all heard', () => one.heard.length === 3 && other.heard.length === 3);
    expect([one.heard, other.heard]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('logs nothing while all is well, and nothing at the end', async () => {
    const connection = connectRedis(server.url, log.log, 'quiet');
    await until('connected', connection.isUp);
    expect(await connection.redis.set('agora:gateway:x', '1')).toBe('OK');
    const ended = new Promise((resolve) => connection.redis.once('end', resolve));
    connection.close();
    await ended;
    expect(log.lines).toEqual([]);
  });
});

describe.runIf(redisHere())('a master that dies', () => {
  it('under a Sentinel is followed to its replica, and everything that is republished arrives', async () => {
    const server = await startSentinel();
    const log = recordedLog();
    const bus = await createBus({ REDIS_URL: server.url }, log.log, fastLimits);
    const taken = new Set<string>();
    await bus.consume('order', async (message) => void taken.add(idOf(message)));
    const jobs = Array.from({ length: 100 }, () => ({ queue: 'order', message: aMessage() }));
    // As the relay does it: one that was not taken is published until it is.
    for (const [n, job] of jobs.entries()) {
      if (n === 50) await server.killMaster();
      while (!(await isPublished(bus, job))) await pause(50);
    }
    // Replication is asynchronous: what the master had not passed on is gone, and `npm run republish` sends it again.
    await bus.publish(jobs);
    await until('all of them', () => taken.size === jobs.length, 20_000);
    expect(log.saying('Redis is away')).toHaveLength(1);
    expect(log.saying('Redis is back')).toHaveLength(1);
    await bus.close();
    await server.stop();
  });

  it('in a cluster fails the commands for its slots at once, and those only; the log names the node', async () => {
    const server = await startRedisCluster();
    const log = recordedLog();
    const connection = connectRedis(server.url, log.log, 'test');
    await until('connected', connection.isUp);
    const { redis } = connection;
    if (!(redis instanceof Cluster)) return expect.unreachable();
    // Of these three tags each master has one.
    const keys = ['agora:{b}', 'agora:{c}', 'agora:{a}'];
    for (const key of keys) await redis.set(key, 'kept');
    await server.stopNode(2);
    const answers = await Promise.allSettled(keys.map((key) => redis.get(key)));
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(log.lines.map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^Redis \(test\), node 127\.0\.0\.1:\d+, is away/),
    ]);
    connection.close();
    await server.stop();
  });
});

const isPublished = (bus: Bus, job: BusJob): Promise<boolean> =>
  bus.publish([job]).then(
    () => true,
    () => false,
  );
