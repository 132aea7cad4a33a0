import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aDocumentsFixture, persistedQuery, post } from '#kit/gateway/documents.ts';
import type { GatewayFixture } from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { redisHere, startRedis, type TestRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { connectRedis, type RedisConnection, redisKeyPrefix } from '#platform/redis/client.ts';
import { documentId } from './document-text.ts';
import { overheadBytes, redisDocuments } from './persisted-queries.ts';

describe.skipIf(!redisHere())('registered documents in Redis', () => {
  let server: TestRedis;
  let connection: RedisConnection;
  beforeAll(async () => {
    server = await startRedis();
    connection = connectRedis(server.url, recordedLog().log, 'documents test');
    await until('Redis is reached', connection.isUp);
  });
  beforeEach(() => connection.redis.flushall());
  afterAll(async () => {
    connection.close();
    await server.stop();
  });

  const store = (over: { maxBytes?: number; ttlSeconds?: number } = {}) =>
    redisDocuments({ connection, maxBytes: 10_000, ttlSeconds: 60, ...over });
  const bytes = async () => Number(await connection.redis.get(`${redisKeyPrefix}{apq}:bytes`));

  it('are shared by all gateways, under keys of their own, with a TTL', async () => {
    await store().add('a', '{ a }');
    expect(await store().get('a')).toBe('{ a }');
    expect(await store().get('b')).toBeUndefined();
    const keys = await connection.redis.keys('*');
    expect(keys.filter((key) => !key.startsWith(redisKeyPrefix))).toEqual([]);
    expect(await connection.redis.ttl(`${redisKeyPrefix}{apq}:document:a`)).toBeGreaterThan(50);
  });

  it('never exceed their bytes: the oldest registrations are evicted first', async () => {
    const { add, get } = store();
    for (let i = 0; i < 30; i++) {
      await add(`d${i}`, String(i).padEnd(1_000 - overheadBytes, 'x'));
      expect(await bytes()).toBeLessThanOrEqual(10_000);
    }
    const known = await Promise.all(Array.from({ length: 30 }, (_, i) => get(`d${i}`)));
    expect(known.filter(Boolean)).toHaveLength(10);
    expect(known[0]).toBeUndefined();
    expect(known[29]).toBeDefined();
  });

  it("are counted with Redis' overhead", async () => {
    const usedMemory = async () => Number(/used_memory:(\d+)/.exec(await connection.redis.info('memory'))?.[1]);
    const { add } = store({ maxBytes: 1_000_000 });
    for (let i = 0; i < 4_000; i++) await add(documentId(`{a${i}}`), `{a${i}}`);
    const full = await usedMemory();
    const counted = await bytes();
    await connection.redis.flushall();
    expect(full - (await usedMemory())).toBeLessThan(1.2 * counted);
  });

  it('count once when registered again, and become the newest', async () => {
    const { add, get } = store();
    for (const key of ['old', 'new', 'old', 'old']) await add(key, key.padEnd(4_000, 'x'));
    expect(await bytes()).toBe(8_000 + 2 * overheadBytes);
    await add('third', 'third'.padEnd(4_000, 'x'));
    expect([await get('new'), (await get('old'))?.length]).toEqual([undefined, 4_000]);
  });

  it('make room when they have expired', async () => {
    const { add, get } = store({ ttlSeconds: 1 });
    await add('a', 'a'.padEnd(6_000, 'x'));
    await until('it expires', async () => (await get('a')) === undefined);
    await add('b', 'b'.padEnd(6_000, 'x'));
    expect((await get('b'))?.length).toBe(6_000);
    expect(await bytes()).toBe(6_000 + overheadBytes);
  });

  it('are known to every gateway, and while Redis is down to the one that has them', async () => {
    const own = await startRedis();
    const fixture = await aDocumentsFixture();
    const [one, other] = await Promise.all([
      fixture.start({ REDIS_URL: own.url }),
      fixture.start({ REDIS_URL: own.url }),
    ]);
    const extensions = persistedQuery('{ me }');
    const isKnown = async (gateway: GatewayFixture) =>
      (await post(gateway, { extensions }))[1] !== 'PERSISTED_QUERY_NOT_FOUND';
    const register = () => post(one, { query: '{ me }', extensions });
    // Until both are connected to Redis, each knows what it was told itself.
    await until('the other gateway knows it', async () => Boolean(await register()) && (await isKnown(other)));
    await own.stop();
    expect([await isKnown(one), await isKnown(other)]).toEqual([true, true]);
    await fixture.close();
  });

  it('are unknown while Redis is down, at once and without an error', async () => {
    const own = await startRedis();
    const link = connectRedis(own.url, recordedLog().log, 'documents test');
    await until('Redis is reached', link.isUp);
    const { add, get } = redisDocuments({ connection: link, maxBytes: 10_000, ttlSeconds: 60 });
    await add('a', '{ a }');
    await own.stop();
    await add('b', '{ b }');
    expect(await get('a')).toBeUndefined();
    link.close();
  });
});
