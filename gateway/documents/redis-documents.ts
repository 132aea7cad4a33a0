/** Registered documents in Redis, bounded in bytes, the oldest given up first. Redis away means that nothing is known. */
import type { RedisConnection } from '#platform/redis/redis.ts';
import { redisKeyPrefix } from '#platform/redis/redis.ts';

export interface RedisDocuments {
  get(key: string): Promise<string | undefined>;
  add(key: string, document: string): Promise<void>;
}

export interface RedisDocumentsOptions {
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
