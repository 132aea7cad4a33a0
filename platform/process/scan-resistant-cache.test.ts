import { expect, it } from 'vitest';
import { scanResistantCache } from './scan-resistant-cache.ts';

const value = { bytes: 100 };
const cache = () => scanResistantCache<typeof value>({ maxBytes: 10_000, bytesOf: ({ bytes }) => bytes });
const keys = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

it('what was asked for again survives any number of entries that are asked for once', () => {
  const { get, set } = cache();
  const hot = keys('hot', 50);
  for (const key of hot) {
    set(key, value);
    get(key);
  }
  for (const key of keys('flood', 10_000)) {
    expect(get(key)).toBeUndefined();
    set(key, value);
  }
  expect(hot.filter((key) => !get(key))).toEqual([]);
});

it('is bounded: the entry that was asked for again the longest time ago makes room', () => {
  const { get, set } = cache();
  const all = keys('entry', 200);
  for (const key of all) {
    set(key, value);
    get(key);
  }
  const kept = all.filter((key) => get(key));
  expect(kept).toEqual(all.slice(100));
  set('entry0', value);
  expect(get('entry0')).toBe(value);
});

it('an entry that is set again or deleted is so in either part', () => {
  const { get, set, delete: remove } = cache();
  const other = { bytes: 200 };
  set('new', value);
  set('used', value);
  get('used');
  set('new', other);
  set('used', other);
  expect([get('new'), get('used')]).toEqual([other, other]);
  remove('used');
  expect(get('used')).toBeUndefined();
});
