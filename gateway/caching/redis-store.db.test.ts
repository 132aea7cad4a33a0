import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { redisHere, startRedis, type TestRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { connectRedis, type RedisConnection, redisKeyPrefix } from '#platform/redis/client.ts';
import { type CacheStore, type NewEntry, redisStore } from './cache-store.ts';

const entry = (key: string, over: Partial<NewEntry> = {}): NewEntry => ({
  key,
  value: '{"title":"Lamp"}',
  sources: ['product'],
  ttlMs: 60_000,
  ...over,
});

describe.runIf(redisHere())('a store in Redis', () => {
  let server: TestRedis;
  let link: BreakableLink;
  let connections: RedisConnection[];
  let stores: CacheStore[];

  const open = (url = server.url, maxBytes = 1_000_000) => {
    const connection = connectRedis(url, recordedLog().log, 'test');
    const store = redisStore(connection, maxBytes);
    connections.push(connection);
    stores.push(store);
    return { connection, store };
  };
  /** Waits while Redis is not there, or is busy: then there is no reading. */
  const readingOf = async (store: CacheStore, ...keys: string[]) => {
    let reading = await store.read(keys);
    await until('a reading', async () => {
      reading ??= await store.read(keys);
      return reading !== undefined;
    });
    return reading ?? expect.unreachable();
  };
  const has = async (store: CacheStore, key: string) => (await readingOf(store, key)).found[0] !== undefined;
  const keep = async (store: CacheStore, ...entries: NewEntry[]) =>
    store.write(entries, (await readingOf(store, 'any')).generations);

  beforeEach(async () => {
    server = await startRedis();
    link = await breakableLink(server.url);
    connections = [];
    stores = [];
  });
  afterEach(async () => {
    for (const store of stores) store.close();
    for (const connection of connections) connection.close();
    await link.close();
    await server.stop();
  });

  it('is shared: entries and invalidations of one process apply to the others', async () => {
    const [{ store: one }, { store: other }] = [open(), open()];
    await keep(one, entry('lamp'), entry('me', { sources: ['user'] }));
    await until('found', () => has(other, 'lamp'));
    other.invalidate('product');
    await until('forgotten', async () => !(await has(one, 'lamp')));
    expect(await has(one, 'me')).toBe(true);
  });

  it('never returns an answer begun before a change, whichever process was notified', async () => {
    const [{ store: one }, { store: other }] = [open(), open()];
    const { generations } = await readingOf(one, 'lamp');
    other.invalidate('product');
    await until('told', async () => 'product' in (await readingOf(one, 'lamp')).generations);
    one.write([entry('lamp'), entry('me', { sources: ['user'] })], generations);
    await until('written', () => has(one, 'me'));
    expect(await has(one, 'lamp')).toBe(false);
  });

  it("reads nothing until Redis has accepted this process' invalidations", async () => {
    const { store, connection } = open();
    await keep(store, entry('lamp'));
    await until('kept', () => has(store, 'lamp'));
    let refuses = true;
    const take = connection.redis.hset.bind(connection.redis);
    connection.redis.hset = (async (...given: Parameters<typeof take>) => {
      if (refuses) throw new Error('LOADING');
      return take(...given);
    }) as typeof connection.redis.hset;
    store.invalidate('product');
    await connection.redis.ping();
    expect(await store.read(['lamp'])).toBeUndefined();
    refuses = false;
    expect(await has(store, 'lamp')).toBe(false);
  });

  it('waits for an unresponsive Redis no longer than a fetch would take', async () => {
    const { store } = open(link.url);
    await keep(store, entry('lamp'));
    link.silence();
    expect(await store.read(['lamp'])).toBeUndefined();
  });

  it('keeps no entries of lost generations: Redis lost its data', async () => {
    const { store, connection } = open();
    await keep(store, entry('lamp'));
    await until('kept', () => has(store, 'lamp'));
    await connection.redis.del(`${redisKeyPrefix}{cache}:generations`);
    expect(await has(store, 'lamp')).toBe(false);
  });

  it('expires entries and tracks its own size', async () => {
    const { store, connection } = open(server.url, 5_000);
    const entries = Array.from({ length: 100 }, (_, n) => entry(`lamp ${n}`, { value: 'x'.repeat(200) }));
    for (const each of entries) await keep(store, each);
    const kept = () => connection.redis.keys(`${redisKeyPrefix}{cache}:lamp *`);
    await until('the oldest are gone', async () => (await kept()).length < 20);
    expect(store.bytes()).toBeLessThanOrEqual(5_000);
    expect(await has(store, 'lamp 99')).toBe(true);
    for (const key of await kept()) expect(await connection.redis.pttl(key)).toBeGreaterThan(0);
  });
});
