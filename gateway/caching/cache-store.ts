import { LRUCache } from 'lru-cache';
import { cachingBounds } from './variables.ts';

/** Where cached values live. Entries are invalidated by generation: each change gives a subgraph's data a new one. */

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

export interface Provenance {
  readonly stamp: string;
  readonly sources: readonly string[];
  readonly expiresAt: number;
}

const stampOf = (generations: Generations, subgraphs: readonly string[]): string =>
  JSON.stringify([everything, ...subgraphs].map((name) => generations[name] ?? ''));

export const provenanceOf = ({ sources, ttlMs }: NewEntry, generations: Generations, now: number): Provenance => ({
  stamp: stampOf(generations, sources),
  sources,
  expiresAt: now + ttlMs,
});

/** 0 when expired or invalidated. */
export const remainingMs = (entry: Provenance, generations: Generations, now: number): number =>
  stampOf(generations, entry.sources) === entry.stamp ? Math.max(0, entry.expiresAt - now) : 0;

interface Entry extends Provenance {
  readonly value: string;
}

// Overhead of an entry beside its text: key object, provenance, its place in the list.
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
