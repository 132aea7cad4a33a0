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
  readonly madeFrom: readonly string[];
  readonly ttlMs: number;
}

export interface Found {
  readonly value: string;
  readonly madeFrom: readonly string[];
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
  readonly madeFrom: readonly string[];
  readonly expiresAt: number;
}

const stampOf = (generations: Generations, subgraphs: readonly string[]): string =>
  JSON.stringify([everything, ...subgraphs].map((name) => generations[name] ?? ''));

export const provenanceOf = ({ madeFrom, ttlMs }: NewEntry, generations: Generations, now: number): Provenance => ({
  stamp: stampOf(generations, madeFrom),
  madeFrom,
  expiresAt: now + ttlMs,
});

/** How long an entry may still be used: 0 when its time is over or what it was made from has changed. */
export const remainingMs = (entry: Provenance, generations: Generations, now: number): number =>
  stampOf(generations, entry.madeFrom) === entry.stamp ? Math.max(0, entry.expiresAt - now) : 0;
