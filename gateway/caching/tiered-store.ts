/** A store within this process before one that several share: what is asked for here again and again costs no way to Redis. */
import type { CacheStore, Found, Generations, NewEntry } from './cache-store.ts';

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
      ([key, { value, madeFrom, remainingMs }]): NewEntry => ({ key, value, madeFrom, ttlMs: remainingMs }),
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
