import { expect, it } from 'vitest';
import type { CacheStore } from './cache-store.ts';
import { memoryStore } from './memory-store.ts';
import { tieredStore } from './tiered-store.ts';

const entry = { key: 'lamp', value: '{"title":"Lamp"}', madeFrom: ['product'], ttlMs: 60_000 };

/** One that two processes share stands far; it is counted how often it is asked, and it can be away. */
const aFarStore = () => {
  const memory = memoryStore(1_000_000);
  const far = { asked: 0, isAway: false };
  const store: CacheStore = {
    ...memory,
    read: async (keys) => {
      far.asked++;
      return far.isAway ? undefined : memory.read(keys);
    },
  };
  return Object.assign(far, { store });
};
const processes = () => {
  const far = aFarStore();
  const [one, other] = [tieredStore(memoryStore(1_000_000), far.store), tieredStore(memoryStore(1_000_000), far.store)];
  return { far, one, other };
};
const readingOf = async (store: CacheStore) => (await store.read(['lamp'])) ?? expect.unreachable();
const has = async (store: CacheStore) => (await readingOf(store)).found[0] !== undefined;
const keep = async (store: CacheStore) => store.write([entry], (await readingOf(store)).generations);

it('what one process has kept another finds far, and from then on near', async () => {
  const { far, one, other } = processes();
  await keep(one);
  expect(await has(other)).toBe(true);
  const { asked } = far;
  expect([await has(other), await has(one)]).toEqual([true, true]);
  expect(far.asked).toBe(asked);
});

it('what one process hears of counts for the others as far as they have not kept it themselves', async () => {
  const { one, other } = processes();
  await keep(one);
  one.invalidate('product');
  expect([await has(one), await has(other)]).toEqual([false, false]);
});

it('what was begun before a change is found neither near nor far', async () => {
  const { one, other } = processes();
  const { generations } = await readingOf(one);
  one.invalidate('product');
  one.write([entry], generations);
  expect([await has(one), await has(other)]).toEqual([false, false]);
});

it('what was found far before a change is not near after it', async () => {
  const { far, one, other } = processes();
  await keep(one);
  const reading = far.store.read;
  far.store.read = async (keys) => {
    const found = await reading(keys);
    other.invalidate('product');
    return found;
  };
  expect(await has(other)).toBe(true);
  far.store.read = reading;
  expect(await has(other)).toBe(false);
});

it('is a store of its own while the far one is away', async () => {
  const { far, one, other } = processes();
  far.isAway = true;
  await keep(one);
  expect([await has(one), await has(other)]).toEqual([true, false]);
  far.isAway = false;
  expect(await has(other)).toBe(false);
});
