import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGateway } from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { startRedisCluster, startRedisWithUser, startSentinel } from '#kit/redis/beyond-one.ts';
import { redisHere, type TestRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { connectRedis, type RedisConnection } from '#platform/redis/client.ts';
import type { CacheStore, NewEntry } from './caching/cache-store.ts';
import { redisStore } from './caching/cache-store.ts';
import { overheadBytes, redisDocuments } from './documents/persisted-queries.ts';
import { limiter } from './rate-limits/rate-limits.ts';

const kinds = [
  { kind: 'one server', start: () => startRedisWithUser() },
  { kind: 'a cluster', start: startRedisCluster },
  { kind: 'a Sentinel', start: startSentinel },
];

/** Each of these uses several keys at once, which a cluster allows only where they share a slot. */
describe.runIf(redisHere()).each(kinds)('two gateways over the Redis of $kind', ({ start }) => {
  let server: TestRedis;
  let connections: [RedisConnection, RedisConnection];
  beforeAll(async () => {
    server = await start();
    const connect = () => connectRedis(server.url, recordedLog().log, 'test');
    connections = [connect(), connect()];
    await until('connected', () => connections.every(({ isUp }) => isUp()));
  });
  afterAll(async () => {
    for (const { close } of connections) close();
    await server.stop();
  });

  it('share caches and invalidations', async () => {
    const [one, other] = connections.map((connection) => redisStore(connection, 2_000)) as [CacheStore, CacheStore];
    const has = async (key: string) => (await other.read([key, 'another']))?.found[0] !== undefined;
    await until('a reading', async () => (await one.read(['any'])) !== undefined);
    // More than the account allows, so that the first are taken out again.
    for (let n = 0; n < 20; n++) one.write([entry(`lamp ${n}`)], (await one.read(['any']))?.generations ?? {});
    await until('the last is shared', () => has('lamp 19'));
    await until('the first are gone', async () => !(await has('lamp 0')));
    other.invalidate('product');
    await until('forgotten', async () => !(await has('lamp 19')));
  });

  it('share rate limits', async () => {
    const limit = { points: 3, windowSeconds: 60 };
    const [one, other] = connections.map((connection) => limiter('guest', limit, connection));
    const standings = [];
    for (const counter of [one, other, one, other]) standings.push(await counter?.take('203.0.113.7', 1));
    expect(standings.map((standing) => standing?.allowed)).toEqual([true, true, true, false]);
  });

  it('share registered documents, within their bounds', async () => {
    // Room for two of them.
    const maxBytes = 2 * (1_000 + overheadBytes);
    const [one, other] = connections.map((connection) => redisDocuments({ connection, maxBytes, ttlSeconds: 60 }));
    for (const key of ['a', 'b', 'c']) await one?.add(key, key.repeat(1_000));
    expect(await Promise.all(['a', 'b', 'c'].map(async (key) => (await other?.get(key))?.length))).toEqual([
      undefined,
      1_000,
      1_000,
    ]);
  });
});

it.runIf(redisHere())('a gateway without channel permissions serves, and its readiness reports it', async () => {
  const server = await startRedisWithUser('allkeys +@all resetchannels');
  const gateway = await aGateway({ REDIS_URL: server.url });
  let told: unknown;
  await until('the refusal', async () => {
    const response = await fetch(`${gateway.url}/health/ready`);
    const { status, redis, changeNotifications } = (await response.json()) as Record<string, unknown>;
    told = { status, redis, changeNotifications };
    return redis === 'up' && changeNotifications !== 'away';
  });
  expect(told).toEqual({ status: 'ok', redis: 'up', changeNotifications: 'refused (NOPERM)' });
  expect((await gateway.ask('{ __typename }')).status).toBe(200);
  await gateway.close();
  await server.stop();
});

const entry = (key: string): NewEntry => ({ key, value: 'x'.repeat(200), sources: ['product'], ttlMs: 60_000 });
