import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { aMessage, idOf } from '#kit/messaging/messages.ts';
import { fastLimits } from '#kit/messaging/transports.ts';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { type RecordedLog, recordedLog } from '#kit/observability/recorded-log.ts';
import { startRedisCluster, startRedisWithUser } from '#kit/redis/beyond-one.ts';
import { keepsNothing, redisHere, redisProcess, startRedis, type TestRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import type { Bus } from '../messaging/bus/bus.ts';
import { createBus } from '../messaging/bus/create-bus.ts';
import { createChangeNotifications } from '../pubsub/change-notifications.ts';
import { connectRedis, type RedisConnection } from './client.ts';
import { clusterModeFault } from './server-checks.ts';

describe.runIf(redisHere())('a connection to Redis', () => {
  let server: TestRedis;
  let link: BreakableLink;
  let log: RecordedLog;
  let connection: RedisConnection;

  const connect = async () => {
    server = await startRedis();
    link = await breakableLink(server.url);
    log = recordedLog();
    connection = connectRedis(link.url, log.log, 'test');
  };

  afterEach(async () => {
    connection.close();
    await link.close();
    await server.stop();
  });

  it('fails commands while Redis is away, and serves them once it is back, with one log line for each', async () => {
    await connect();
    await until('connected', connection.isUp);
    expect(await connection.redis.ping()).toBe('PONG');

    await link.cut();
    await until('noticed', () => !connection.isUp());
    for (let attempt = 0; attempt < 3; attempt++) await expect(connection.redis.ping()).rejects.toThrow();
    await link.restore();
    await until('back', connection.isUp);
    expect(await connection.redis.ping()).toBe('PONG');
    expect(log.lines.map(({ msg }) => msg)).toEqual([
      'Redis (test) is away; retrying until it is back',
      'Redis (test) is back',
    ]);
  });

  it('gives up a connection that has gone silent, so that only the first commands wait', async () => {
    await connect();
    await until('connected', connection.isUp);
    link.silence();
    await expect(connection.redis.ping()).rejects.toThrow();
    const answers = () =>
      connection.redis.ping().then(
        () => true,
        () => false,
      );
    await until('a connection that answers', answers);
    expect(log.saying('away')).toHaveLength(1);
  });

  it('reads a reply that came while this process was busy, however late, and does not count Redis as away', async () => {
    await connect();
    connection.close();
    // Not over the link, which is this process and as busy.
    connection = connectRedis(server.url, log.log, 'test');
    await until('connected', connection.isUp);
    // Goes on in the event loop's poll phase, after which timers run before the next one.
    await connection.redis.ping();
    const reply = connection.redis.ping();
    // Three times the time-out of a command; the reply has been there for nearly all of it.
    const busyUntil = performance.now() + 750;
    while (performance.now() < busyUntil);
    expect(await reply).toBe('PONG');
    expect(log.lines).toEqual([]);
  });

  it('logs nothing when it is closed on purpose', async () => {
    await connect();
    await until('connected', connection.isUp);
    connection.close();
    await until('ended', () => connection.redis.status === 'end');
    expect(log.lines).toEqual([]);
  });

  it('subscribes again by itself after an absence', async () => {
    await connect();
    await until('connected', connection.isUp);
    const heard: string[] = [];
    connection.redis.on('message', (_, text) => heard.push(text));
    await connection.redis.subscribe('news');
    await link.cut();
    await until('noticed', () => !connection.isUp());
    await link.restore();
    const publisher = connectRedis(server.url, log.log, 'publisher');
    await until('heard', async () => {
      if (publisher.isUp()) await publisher.redis.publish('news', 'hello');
      return heard.includes('hello');
    });
    publisher.close();
  });
});

const everything = 'allkeys allchannels +@all';

/** What is worth a line of the log that people read. */
const told = (log: RecordedLog): string[] => log.lines.filter(({ level }) => level >= 30).map(({ msg }) => msg);

describe.runIf(redisHere())('a Redis that answers with errors', () => {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  const busOver = async (url: string): Promise<{ bus: Bus; log: RecordedLog }> => {
    const log = recordedLog();
    const bus = await createBus({ REDIS_URL: url }, log.log, fastLimits);
    endings.push(() => bus.close());
    return { bus, log };
  };

  it('is retried by a worker now and then, logged once, and works again when the user has its permissions', async () => {
    const server = await startRedisWithUser(`${everything} -@scripting`);
    endings.push(server.stop);
    const { bus, log } = await busOver(server.url);
    const taken: string[] = [];
    await bus.consume('order', async (message) => void taken.push(idOf(message)));
    await until('the refusal', () => bus.refusal() !== undefined);
    await pause(1_500);
    expect(bus.refusal()).toBe('NOPERM');
    expect(told(log)).toEqual([
      'the worker of queue order is refused by Redis: its user lacks a permission: docs/redis.md lists what is needed',
    ]);
    // Every worker asks once a second; BullMQ by itself asks thousands of times.
    const [, asked] = /errorstat_NOPERM:count=(\d+)/.exec(await server.info('errorstats')) ?? [];
    expect(Number(asked)).toBeLessThan(400);

    await server.setRules(everything);
    const message = aMessage();
    await until('a publish that works', () => published(bus, message));
    await until('the message', () => taken.length > 0);
    expect(bus.refusal()).toBeUndefined();
    expect(told(log).filter((line) => line.includes('served by Redis again'))).toHaveLength(1);
  });

  it('that is one node of a cluster is refused as a single server, before the start and at each worker', async () => {
    const cluster = await startRedisCluster();
    endings.push(cluster.stop);
    const faults = await Promise.all(cluster.nodeUrls.map(clusterModeFault));
    for (const fault of faults) expect(fault).toContain('write redis+cluster://');
    expect(await clusterModeFault(cluster.url)).toBeUndefined();
    // The slot of {agora} is that of one node: where Redis was away at the start, another is found out by its answers.
    const buses = await Promise.all(cluster.nodeUrls.map(busOver));
    for (const { bus } of buses) await bus.consume('order', async () => undefined);
    await until('the others', () => buses.filter(({ bus }) => bus.refusal() === 'MOVED').length === 2);
    await pause(1_200);
    expect(buses.flatMap(({ log }) => told(log))).toEqual(
      Array(2).fill(expect.stringContaining('REDIS_URL names one node of a cluster')),
    );
  });

  it('is not a reason not to start while it is away', async () => {
    expect(await clusterModeFault('redis://127.0.0.1:1')).toBeUndefined();
  });

  it('that refuses channels keeps its connection, and is listened to once it allows them', async () => {
    const server = await startRedisWithUser(`allkeys +@all resetchannels`);
    endings.push(server.stop);
    const log = recordedLog();
    const changes = createChangeNotifications({ REDIS_URL: server.url }, log.log);
    endings.push(changes.close);
    let gaps = 0;
    changes.subscribe(
      () => undefined,
      () => gaps++,
    );
    await until('the refusal', () => changes.refusal() === 'NOPERM');
    // What was told of it is in the outbox, and must not stand still there.
    await changes.publish({ about: { type: 'Product', id: 'lamp' } });
    await pause(1_500);
    expect(changes.isSubscribed()).toBe(false);
    expect(told(log).filter((line) => line.includes('(change notifications) is refused'))).toHaveLength(1);
    expect(told(log).filter((line) => line.includes('away'))).toEqual([]);
    // The one of this test, the subscriber and the publisher; a busy machine may have made one of them twice.
    const [, opened] = /total_connections_received:(\d+)/.exec(await server.info('stats')) ?? [];
    expect(Number(opened)).toBeLessThan(10);

    await server.setRules(everything);
    await until('listening', changes.isSubscribed, 10_000);
    expect(gaps).toBe(1);
    await changes.publish({ about: { type: 'Product', id: 'lamp' } });
    expect(changes.refusal()).toBeUndefined();
  });

  it('is logged although callers fall back silently', async () => {
    const server = await startRedisWithUser('~agora:* +@all -hset -set');
    endings.push(server.stop);
    const log = recordedLog();
    const connection = connectRedis(server.url, log.log, 'gateway');
    endings.push(connection.close);
    await until('connected', connection.isUp);
    for (let n = 0; n < 3; n++) {
      await expect(connection.redis.hset('agora:x', 'a', '1')).rejects.toThrow('NOPERM');
      await connection.redis.pipeline().set('agora:x', '1').exec();
      expect(await connection.redis.get('agora:y')).toBeNull();
    }
    expect(connection.refusal()).toBe('NOPERM');
    expect(told(log)).toEqual([expect.stringContaining('a command (gateway) is refused by Redis')]);

    await server.setRules('~agora:* +@all');
    await connection.redis.hset('agora:x', 'a', '1');
    expect(connection.refusal()).toBe('NOPERM');
    await connection.redis.set('agora:z', '1');
    expect(connection.refusal()).toBeUndefined();
    expect(told(log)).toHaveLength(2);
  });
});

describe.runIf(redisHere())('a Redis that may evict', () => {
  it('is logged once, with the remedy, and not printed on the console', async () => {
    const server = await redisProcess([...keepsNothing, '--maxmemory-policy', 'allkeys-lru']);
    const log = recordedLog();
    const onConsole: unknown[] = [];
    const warn = console.warn;
    console.warn = (...words) => void onConsole.push(words);
    const bus = await createBus({ REDIS_URL: `redis://127.0.0.1:${server.port}` }, log.log, fastLimits);
    const taken: string[] = [];
    await bus.consume('order', async (message) => void taken.push(idOf(message)));
    await until('a publish that works', () => published(bus, aMessage()));
    await until('the message', () => taken.length === 1);
    await bus.close();
    await server.stop();
    console.warn = warn;
    expect(told(log)).toEqual([expect.stringMatching(/allkeys-lru.*set maxmemory-policy noeviction/)]);
    expect(onConsole).toEqual([]);
  });
});

const published = (bus: Bus, message: ReturnType<typeof aMessage>): Promise<boolean> =>
  bus.publish([{ queue: 'order', message }]).then(
    () => true,
    () => false,
  );
