import { LRUCache } from 'lru-cache';
import { cachingBounds } from './variables.ts';

/** Where answers are kept, and how they are forgotten: by generations of what they were made from. */

/**
 * A store's own: whoever reads hands them back when writing. The generation of each subgraph's data: another text after each change that was heard of. `*` is that of all data.
 * A subgraph that is not named has never changed.
 */
export type Generations = Readonly<Record<string, string>>;

export const everything = '*';

/** An entry is good as long as the subgraphs that it was made from are of the generation under which it was begun. */
export interface NewEntry {
  readonly key: string;
  readonly value: string;
  /** The subgraphs. */
  readonly sources: readonly string[];
  readonly ttlMs: number;
}

export interface Found {
  readonly value: string;
  readonly sources: readonly string[];
  /** In milliseconds; above 0. */
  readonly remainingMs: number;
}

export interface Reading {
  /** One for each key, in their order. */
  readonly found: readonly (Found | undefined)[];
  /** What is fetched from now on belongs to these. */
  readonly generations: Generations;
}

export interface CacheStore {
  /** Quick, and never throws. `undefined` when the store cannot be relied on now: nothing is found and nothing kept. */
  read(keys: readonly string[]): Promise<Reading | undefined>;
  /**
   * Under the generations of the reading that came **before** the fetch. What has changed meanwhile has another
   * generation by now, so an answer that was overtaken by a change is never found. Does not wait, never throws.
   */
  write(entries: readonly NewEntry[], generations: Generations): void;
  /** Of one subgraph, or of `everything`. */
  invalidate(subgraph: string): void;
  /** That this process has put there. */
  bytes(): number;
  close(): void;
}

/** What an entry remembers of how it was made. */
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

/** How long an entry may still be used: 0 when its time is over or what it was made from has changed. */
export const remainingMs = (entry: Provenance, generations: Generations, now: number): number =>
  stampOf(generations, entry.sources) === entry.stamp ? Math.max(0, entry.expiresAt - now) : 0;

interface Entry extends Provenance {
  readonly value: string;
}

// What an entry takes beside its text: key object, provenance, the list it is in.
const overheadBytes = 400;

/** Values are kept as text: nobody who got one can change it for the next, and its size is known. */
export const memoryStore = (maxBytes: number, now: () => number = Date.now): CacheStore => {
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    maxEntrySize: Math.min(maxBytes, cachingBounds.entryBytes),
    // Two bytes a character is the most that V8 takes.
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
 * Each goes by generations of its own. A process hears of changes itself, so what is near needs no second opinion; what
 * was found far is put near under the generation of *before* it was looked for there, like anything else that is fetched.
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
    // Without a word from there nobody knows what it would be written under.
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
