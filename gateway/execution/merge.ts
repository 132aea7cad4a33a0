/** Merging of answers into the data fetched so far. */
import type { Data } from './targets.ts';

const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Both come from subgraphs and may have keys that objects inherit, `__proto__` even. */
const ownValue = (object: Data, key: string): unknown =>
  key in Object.prototype && !Object.hasOwn(object, key) ? undefined : object[key];

export const setOwn = (object: Data, key: string, value: unknown): void => {
  if (key in Object.prototype)
    Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true });
  else object[key] = value;
};

/** Adds what `source` has to `target`; where both have a leaf, `source` wins. `target` may keep parts of `source`. */
export const merge = (target: Data, source: Data): void => {
  for (const key in source) {
    const value = ownValue(source, key);
    const known = ownValue(target, key);
    if (typeof value !== 'object' || value === null || typeof known !== 'object' || known === null)
      setOwn(target, key, value);
    else if (isObject(value) && isObject(known)) {
      if (value !== known) merge(known, value);
    } else if (Array.isArray(value) && Array.isArray(known) && value.length === known.length) mergeLists(known, value);
    else setOwn(target, key, value);
  }
};

const mergeLists = (target: unknown[], source: readonly unknown[]): void => {
  if (target === source) return;
  for (let index = 0; index < source.length; index++) {
    const known = target[index];
    const value = source[index];
    if (isObject(known) && isObject(value)) merge(known, value);
    else if (Array.isArray(known) && Array.isArray(value) && known.length === value.length) mergeLists(known, value);
    else target[index] = value;
  }
};

/**
 * Whether two objects are alike in everything: then all that is fetched for one later is fetched for the other, and
 * one can stand for both. Nested objects are alike only if they are the same.
 */
export const isSame = (a: Data, b: Data): boolean => {
  let keys = 0;
  for (const key in a) {
    if (a[key] !== b[key]) return false;
    keys++;
  }
  for (const _ in b) keys--;
  return keys === 0;
};

/** For an answer that two fetches of a request share: what is fetched for one must not appear in the other. */
export const copyOf = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy: Data = {};
  for (const key in value) setOwn(copy, key, copyOf(value[key]));
  return copy as T;
};
