/** A store in Redis that gateways share: fetches and invalidations of one count for all. */
import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type RedisConnection, redisKeyPrefix } from '#platform/redis/client.ts';
import { withDeadline } from '#platform/resilience/deadline.ts';
import {
  type CacheStore,
  everything,
  type Generations,
  type Provenance,
  provenanceOf,
  type Reading,
  remainingMs,
} from './cache-store.ts';
import { cachingBounds } from './variables.ts';

interface Entry extends Provenance {
  readonly value: string;
}

// The hash tag keeps them on one cluster node: entries and generations are read in one transaction.
const prefix = `${redisKeyPrefix}{cache}:`;
const generationsKey = `${prefix}generations`;
const entryKey = (key: string): string => `${prefix}${key}`;

// Overhead of an entry beside its text: in Redis its key and expiry (140 bytes by used_memory), here its LRU slot.
const overheadBytes = 400;

/**
 * Redis being down or slow is a miss. An invalidation that Redis did not accept is retried, and until then this process
 * reads nothing: it must not serve what it knows to be stale.
 */
export const redisStore = ({ redis, isUp }: RedisConnection, maxBytes: number): CacheStore => {
  // This Redis also holds the queue and therefore evicts nothing: each process tracks what it has written and deletes
  // the oldest.
  const written = new LRUCache<string, true>({
    maxSize: maxBytes,
    ttlAutopurge: true,
    dispose: (_, key, reason) => {
      if (reason === 'evict' && isUp()) redis.unlink(key).catch(() => undefined);
    },
  });
  const pendingInvalidations = new Map<string, string>();
  let retry: NodeJS.Timeout | undefined;

  const publishInvalidations = async (): Promise<void> => {
    const batch = new Map(pendingInvalidations);
    try {
      await redis.hset(generationsKey, batch);
    } catch {
      retry ??= setTimeout(() => {
        retry = undefined;
        void publishInvalidations();
      }, cachingBounds.retryMs).unref();
      return;
    }
    for (const [name, generation] of batch)
      if (pendingInvalidations.get(name) === generation) pendingInvalidations.delete(name);
  };

  const ask = async (keys: readonly string[]): Promise<Reading | undefined> => {
    // In this order, so that no entry is checked against generations newer than those returned.
    const asked = redis.multi().hgetall(generationsKey).mget(keys.map(entryKey)).exec();
    const replies = await withDeadline(cachingBounds.storeTimeoutMs, asked, () => undefined);
    if (!replies || replies.some(([error]) => error)) return undefined;
    const [generations, texts] = replies.map(([, reply]) => reply) as [Generations, (string | null)[]];
    if (!(everything in generations)) {
      // Redis is empty or has lost its data: older entries, if any, must never match a generation again.
      await redis.hsetnx(generationsKey, everything, randomUUID());
      return undefined;
    }
    return { generations, found: texts.map((text) => (text ? found(text, generations) : undefined)) };
  };

  return {
    read: (keys) =>
      isUp() && pendingInvalidations.size === 0 ? ask(keys).catch(() => undefined) : Promise.resolve(undefined),
    write: (entries, generations) => {
      if (!isUp()) return;
      const writes = redis.pipeline();
      for (const entry of entries) {
        const key = entryKey(entry.key);
        const text = JSON.stringify({ value: entry.value, ...provenanceOf(entry, generations, Date.now()) });
        const bytes = Buffer.byteLength(text);
        if (bytes > cachingBounds.entryBytes) continue;
        written.set(key, true, { size: bytes + overheadBytes, ttl: entry.ttlMs });
        writes.set(key, text, 'PX', entry.ttlMs);
      }
      writes.exec().catch(() => undefined);
    },
    invalidate: (subgraph) => {
      pendingInvalidations.set(subgraph, randomUUID());
      void publishInvalidations();
    },
    bytes: () => written.calculatedSize,
    close: () => {
      clearTimeout(retry);
      written.clear();
    },
  };
};

const found = (text: string, generations: Generations) => {
  const entry = JSON.parse(text) as Entry;
  const left = remainingMs(entry, generations, Date.now());
  return left > 0 ? { value: entry.value, sources: entry.sources, remainingMs: left } : undefined;
};
