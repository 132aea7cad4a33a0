/** A store within this process. */
import { LRUCache } from 'lru-cache';
import { type CacheStore, type Generations, type Provenance, provenanceOf, remainingMs } from './cache-store.ts';
import { cachingBounds } from './variables.ts';

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
    if (left > 0) return { value: entry.value, madeFrom: entry.madeFrom, remainingMs: left };
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
