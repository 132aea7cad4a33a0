import { describe, expect, it } from 'vitest';
import { type CacheStore, everything, memoryStore, tieredStore } from './cache-store.ts';
import { cachingBounds } from './variables.ts';

const entry = (key: string, over: object = {}) => ({
  key,
  value: '{"title":"Lamp"}',
  sources: ['product'],
  ttlMs: 60_000,
  ...over,
});

const aStore = (maxBytes = 1_000_000) => {
  let time = 0;
  const store = memoryStore(maxBytes, () => time);
  const readingOf = async (...keys: string[]) => {
    const reading = await store.read(keys);
    if (!reading) throw new Error('a store in memory is always there');
    return reading;
  };
  return {
    ...store,
    passMs: (ms: number) => {
      time += ms;
    },
    has: async (key: string) => (await readingOf(key)).found[0] !== undefined,
    readingOf,
    write: async (...entries: ReturnType<typeof entry>[]) => store.write(entries, (await readingOf()).generations),
    writeUnder: store.write,
  };
};

describe('an entry', () => {
  it('is found until it expires, with its remaining time', async () => {
    const store = aStore();
    await store.write(entry('lamp', { ttlMs: 1_000 }));
    store.passMs(400);
    expect((await store.readingOf('other', 'lamp')).found).toEqual([
      undefined,
      { value: '{"title":"Lamp"}', sources: ['product'], remainingMs: 600 },
    ]);
    store.passMs(600);
    expect(await store.has('lamp')).toBe(false);
  });

  it.each([
    ['product', false],
    [everything, false],
    ['order', true],
  ])('is still valid after a change of "%s": %s', async (changed, isThere) => {
    const store = aStore();
    await store.write(entry('lamp', { sources: ['product', 'user'] }));
    store.invalidate(changed);
    expect(await store.has('lamp')).toBe(isThere);
  });

  it('is invalid if its source changed during the fetch, valid if fetched afterwards', async () => {
    const store = aStore();
    const { generations } = await store.readingOf('lamp');
    store.invalidate('product');
    store.writeUnder([entry('lamp')], generations);
    expect(await store.has('lamp')).toBe(false);
    await store.write(entry('lamp'));
    expect(await store.has('lamp')).toBe(true);
  });
});

describe('the size of a store', () => {
  it('is bounded: the least recently used entries are evicted', async () => {
    const store = aStore(10_000);
    for (let n = 0; n < 100; n++) {
      await store.write(entry(`lamp ${n}`));
      await store.has('lamp 0');
    }
    expect(store.bytes()).toBeGreaterThan(5_000);
    expect(store.bytes()).toBeLessThanOrEqual(10_000);
    expect([await store.has('lamp 0'), await store.has('lamp 1'), await store.has('lamp 99')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('is bounded per entry as well', async () => {
    const store = aStore(10 * cachingBounds.entryBytes);
    await store.write(entry('lamp'), entry('huge', { value: 'x'.repeat(cachingBounds.entryBytes) }));
    expect([await store.has('lamp'), await store.has('huge')]).toEqual([true, false]);
  });
});

const lamp = entry('lamp');

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
const keep = async (store: CacheStore) => store.write([lamp], (await readingOf(store)).generations);

it('a value stored by one process is found in the far tier by another, and in the near tier from then on', async () => {
  const { far, one, other } = processes();
  await keep(one);
  expect(await has(other)).toBe(true);
  const { asked } = far;
  expect([await has(other), await has(one)]).toEqual([true, true]);
  expect(far.asked).toBe(asked);
});

it('an invalidation in one process applies to the others unless they have the value in their near tier', async () => {
  const { one, other } = processes();
  await keep(one);
  one.invalidate('product');
  expect([await has(one), await has(other)]).toEqual([false, false]);
});

it('a fetch begun before a change is found in neither tier', async () => {
  const { one, other } = processes();
  const { generations } = await readingOf(one);
  one.invalidate('product');
  one.write([lamp], generations);
  expect([await has(one), await has(other)]).toEqual([false, false]);
});

it('a value read from the far tier before a change is not in the near tier after it', async () => {
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

it('works alone while the far tier is down', async () => {
  const { far, one, other } = processes();
  far.isAway = true;
  await keep(one);
  expect([await has(one), await has(other)]).toEqual([true, false]);
  far.isAway = false;
  expect(await has(other)).toBe(false);
});
