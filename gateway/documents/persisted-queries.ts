/**
 * Documents that clients registered (automatic persisted queries), by their hash: near at hand in this process, and in
 * Redis for the other gateways. Both are bounded in bytes: anybody may register, and that Redis is the queue's as well.
 */
import { LRUCache } from 'lru-cache';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import { entryBytes, textBytes } from '#platform/process/heap-bytes.ts';
import { type RedisConnection, redisKeyPrefix } from '#platform/redis/redis.ts';

/** As Apollo Server wants its caches. */
export interface RegisteredDocuments {
  get(key: string): Promise<string | undefined>;
  set(key: string, document: string): Promise<void>;
  delete(key: string): Promise<boolean>;
}

interface RegisteredDocumentsOptions {
  readonly maxBytes: number;
  readonly ttlSeconds: number;
  /** What all gateways have registered; without it each process knows its own. */
  readonly shared: RedisDocuments | undefined;
  readonly metrics: Registry;
}

/** For Apollo Server's `persistedQueries`, which checks the hash and sets only documents that are valid. */
export const registeredDocuments = (options: RegisteredDocumentsOptions): RegisteredDocuments => {
  const { maxBytes, ttlSeconds, shared, metrics } = options;
  const near = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (document, key) => textBytes(document) + textBytes(key) + entryBytes,
    ttl: ttlSeconds * 1000,
  });
  const requests = new Counter({
    name: 'agora_gateway_apq_total',
    help: 'Automatic persisted queries: hashes that were known, hashes that were not, and documents registered.',
    labelNames: ['outcome'],
    registers: [metrics],
  });

  return {
    get: async (key) => {
      const document = near.get(key) ?? (await shared?.get(key));
      if (document !== undefined) near.set(key, document);
      requests.inc({ outcome: document === undefined ? 'miss' : 'hit' });
      return document;
    },
    set: async (key, document) => {
      near.set(key, document);
      requests.inc({ outcome: 'registered' });
      await shared?.add(key, document);
    },
    delete: async (key) => near.delete(key),
  };
};

interface RedisDocuments {
  get(key: string): Promise<string | undefined>;
  add(key: string, document: string): Promise<void>;
}

interface RedisDocumentsOptions {
  readonly connection: Pick<RedisConnection, 'redis' | 'isUp'>;
  readonly maxBytes: number;
  readonly ttlSeconds: number;
}

export const redisDocuments = ({ connection, maxBytes, ttlSeconds }: RedisDocumentsOptions): RedisDocuments => {
  const { redis, isUp } = connection;
  return {
    get: async (key) => {
      if (!isUp()) return undefined;
      // Unknown is a fit answer to a failure: the client sends its document, and that is all it costs.
      return (await redis.get(documentKey(key)).catch(() => null)) ?? undefined;
    },
    add: async (key, document) => {
      if (!isUp()) return;
      const size = Buffer.byteLength(document) + overheadBytes;
      await redis
        .eval(addScript, 3, documentKey(key), index, total, document, ttlSeconds, size, maxBytes)
        .catch(() => null);
    },
  };
};

// In braces, so that all of them are on one node of a cluster: a script may touch no other.
const prefix = `${redisKeyPrefix}{apq}`;
const documentKey = (key: string): string => `${prefix}:document:${key}`;
/** Every document that was added, as `<size> <key>`, by the time it was last registered. */
const index = `${prefix}:index`;
/** The bytes of all that the index names. One that expired counts until it is given up. */
const total = `${prefix}:bytes`;

// What Redis takes for one beside its text: its key, the same in the index, and their places there: 460 by its used_memory.
export const overheadBytes = 460;

const addScript = `
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
  local bytes = 0
  local now = redis.call('TIME')
  if redis.call('ZADD', KEYS[2], now[1] * 1000000 + now[2], ARGV[3] .. ' ' .. KEYS[1]) == 1 then
    bytes = redis.call('INCRBY', KEYS[3], ARGV[3])
  end
  while bytes > tonumber(ARGV[4]) do
    local oldest = redis.call('ZPOPMIN', KEYS[2])[1]
    if not oldest then break end
    local size, key = string.match(oldest, '^(%d+) (.+)$')
    redis.call('DEL', key)
    bytes = redis.call('DECRBY', KEYS[3], size)
  end`;
