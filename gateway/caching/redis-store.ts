/** A store in Redis, which several gateways share: what one has fetched, and what one has heard of changes, counts for all. */
import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type RedisConnection, redisKeyPrefix } from '#platform/redis/redis.ts';
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

// In braces, so that all of them are on one node of a cluster: they are read in one transaction, with the generations.
const prefix = `${redisKeyPrefix}{cache}:`;
const generationsKey = `${prefix}generations`;
const entryKey = (key: string): string => `${prefix}${key}`;

// What an entry takes beside its text: in Redis its key and expiry (140 by its used_memory), here its line in the account.
const overheadBytes = 400;

/**
 * Redis away or slow is a miss. An invalidation that it did not take is tried until it does, and until then this
 * process reads nothing: what it knows to be out of date it must not serve.
 */
export const redisStore = ({ redis, isUp }: RedisConnection, maxBytes: number): CacheStore => {
  // The queue lives in Redis, too, which therefore drops nothing by itself: each process keeps account of what it has put
  // there, and takes out the oldest.
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
    // One after the other, so an entry is never judged by generations that are younger than the reading's.
    const asked = redis.multi().hgetall(generationsKey).mget(keys.map(entryKey)).exec();
    const replies = await withDeadline(cachingBounds.storeTimeoutMs, asked, () => undefined);
    if (!replies || replies.some(([error]) => error)) return undefined;
    const [generations, texts] = replies.map(([, reply]) => reply) as [Generations, (string | null)[]];
    if (!(everything in generations)) {
      // An empty Redis, or one that has lost it: entries from before, if any, are of no generation that will ever be.
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
