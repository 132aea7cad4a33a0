/**
 * Automatic persisted queries: documents that clients have registered by hash, in this process and in Redis for the
 * other gateways. Both are bounded in bytes: anybody may register, and that Redis also holds the queue.
 */
import { LRUCache } from 'lru-cache';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import { entryBytes, textBytes } from '#platform/process/heap-bytes.ts';
import { type RedisConnection, redisKeyPrefix } from '#platform/redis/client.ts';

export interface RegisteredDocuments {
  get(key: string): Promise<string | undefined>;
  set(key: string, document: string): Promise<void>;
  delete(key: string): Promise<boolean>;
}

interface RegisteredDocumentsOptions {
  readonly maxBytes: number;
  readonly ttlSeconds: number;
  /** Shared by all gateways; without it each process knows only its own. */
  readonly shared: RedisDocuments | undefined;
  readonly metrics: Registry;
}

/** For Apollo Server's `persistedQueries`, which checks the hash and stores valid documents only. */
export const registeredDocuments = (options: RegisteredDocumentsOptions): RegisteredDocuments => {
  const { maxBytes, ttlSeconds, shared, metrics } = options;
  const near = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (document, key) => textBytes(document) + textBytes(key) + entryBytes,
    ttl: ttlSeconds * 1000,
  });
  const requests = new Counter({
    name: 'agora_gateway_apq_total',
    help: 'Automatic persisted queries: known hashes, unknown hashes, and registered documents.',
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
      // On failure the document is unknown, which costs the client one more request.
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

// The hash tag keeps them on one cluster node: a script may touch no other.
const prefix = `${redisKeyPrefix}{apq}`;
const documentKey = (key: string): string => `${prefix}:document:${key}`;
/** All registered documents as `<size> <key>`, by time of registration. */
const index = `${prefix}:index`;
/** Total bytes of the index. Expired documents count until they are evicted. */
const total = `${prefix}:bytes`;

// Redis' overhead per document, for its key and its index entry: 460 bytes by used_memory.
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
