/** Where cached values live: in this process, in Redis, or in both. Each change gives a subgraph's data a new generation. */

import { createHash, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type RedisConnection, redisKeyPrefix } from '#platform/redis/client.ts';
import { withDeadline } from '#platform/resilience/deadline.ts';
import { cachingBounds } from './variables.ts';

/**
 * Opaque to callers, who pass them from a read to the following write. The generation of each subgraph's data changes
 * with every change notification; `*` is that of all data. A subgraph that is missing has never changed.
 */
export type Generations = Readonly<Record<string, string>>;

export const everything = '*';

/** An entry is valid while its source subgraphs are at the generation under which its fetch began. */
export interface NewEntry {
  readonly key: string;
  readonly value: string;
  readonly sources: readonly string[];
  readonly ttlMs: number;
}

export interface Found {
  readonly value: string;
  readonly sources: readonly string[];
  readonly remainingMs: number;
}

export interface Reading {
  readonly found: readonly (Found | undefined)[];
  /** What is fetched from now on belongs to these. */
  readonly generations: Generations;
}

export interface CacheStore {
  /** Fast, and never throws. `undefined` when the store is unavailable: nothing is read or written then. */
  read(keys: readonly string[]): Promise<Reading | undefined>;
  /**
   * Under the generations of the read **before** the fetch, so an answer that was overtaken by a change is never found.
   * Does not wait, never throws.
   */
  write(entries: readonly NewEntry[], generations: Generations): void;
  invalidate(subgraph: string): void;
  /** What this process has stored. */
  bytes(): number;
  close(): void;
}

interface Provenance {
  readonly stamp: string;
  readonly sources: readonly string[];
  readonly expiresAt: number;
}

const stampOf = (generations: Generations, subgraphs: readonly string[]): string =>
  JSON.stringify([everything, ...subgraphs].map((name) => generations[name] ?? ''));

const provenanceOf = ({ sources, ttlMs }: NewEntry, generations: Generations, now: number): Provenance => ({
  stamp: stampOf(generations, sources),
  sources,
  expiresAt: now + ttlMs,
});

/** 0 when expired or invalidated. */
const remainingMs = (entry: Provenance, generations: Generations, now: number): number =>
  stampOf(generations, entry.sources) === entry.stamp ? Math.max(0, entry.expiresAt - now) : 0;

/** A 128-bit hash, so that nobody can construct a collision. */
export const digest = (...parts: readonly string[]): string => {
  const hash = createHash('sha256');
  // Length-prefixed, so that characters cannot move from one part to the next.
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('base64url').slice(0, 22);
};

interface Entry extends Provenance {
  readonly value: string;
}

// Overhead of an entry beside its text: key object, provenance, its place in the list. As much for one in Redis: there its
// key and expiry (140 bytes by used_memory), here its LRU slot.
const overheadBytes = 400;

/** Values are stored as text, so no reader can modify them for the next one, and their size is known. */
export const memoryStore = (maxBytes: number, now: () => number = Date.now): CacheStore => {
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    maxEntrySize: Math.min(maxBytes, cachingBounds.entryBytes),
    // V8 takes at most two bytes per character.
    sizeCalculation: ({ value }, key) => 2 * (key.length + value.length) + overheadBytes,
  });
  let generations: Generations = {};
  let changes = 0;

  const find = (key: string) => {
    const entry = entries.get(key);
    if (!entry) return undefined;
    const left = remainingMs(entry, generations, now());
    if (left > 0) return { value: entry.value, sources: entry.sources, remainingMs: left };
    entries.delete(key);
    return undefined;
  };

  return {
    read: async (keys) => ({ found: keys.map(find), generations }),
    write: (given, madeUnder) => {
      for (const entry of given)
        entries.set(entry.key, { value: entry.value, ...provenanceOf(entry, madeUnder, now()) });
    },
    invalidate: (subgraph) => {
      generations = { ...generations, [subgraph]: String(++changes) };
    },
    bytes: () => entries.calculatedSize,
    close: () => entries.clear(),
  };
};

/**
 * An in-process store in front of a shared one. Each tier has its own generations: a process receives change
 * notifications itself, so the near tier needs no confirmation. Values found in the far tier are copied under the near
 * generation of *before* the lookup, like any other fetch.
 */
export const tieredStore = (near: CacheStore, far: CacheStore): CacheStore => ({
  read: async (keys) => {
    const here = await near.read(keys);
    if (!here) return undefined;
    const missing = keys.filter((_, at) => !here.found[at]);
    if (missing.length === 0) return { found: here.found, generations: both(here.generations) };
    const there = await far.read(missing);
    if (!there) return { found: here.found, generations: both(here.generations) };
    const arrived = new Map<string, Found>();
    for (const [at, key] of missing.entries()) {
      const entry = there.found[at];
      if (entry) arrived.set(key, entry);
    }
    const copies = [...arrived].map(
      ([key, { value, sources, remainingMs }]): NewEntry => ({ key, value, sources, ttlMs: remainingMs }),
    );
    near.write(copies, here.generations);
    return {
      found: keys.map((key, at) => here.found[at] ?? arrived.get(key)),
      generations: both(here.generations, there.generations),
    };
  },
  write: (entries, generations) => {
    near.write(entries, partOf(generations, 'near'));
    // Without a far read there is no generation to write under.
    if (generations.far) far.write(entries, partOf(generations, 'far'));
  },
  invalidate: (subgraph) => {
    near.invalidate(subgraph);
    far.invalidate(subgraph);
  },
  bytes: () => near.bytes() + far.bytes(),
  close: () => {
    near.close();
    far.close();
  },
});

const both = (near: Generations, far?: Generations): Generations => ({
  near: JSON.stringify(near),
  ...(far && { far: JSON.stringify(far) }),
});

const partOf = (generations: Generations, tier: 'near' | 'far'): Generations =>
  JSON.parse(generations[tier] ?? '{}') as Generations;

// The hash tag keeps them on one cluster node: entries and generations are read in one transaction.
const prefix = `${redisKeyPrefix}{cache}:`;
const generationsKey = `${prefix}generations`;
const entryKey = (key: string): string => `${prefix}${key}`;

/**
 * A store in Redis that gateways share: fetches and invalidations of one count for all.
 *
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
