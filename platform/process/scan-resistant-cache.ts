/**
 * A cache bounded by bytes whose entries in use cannot be evicted by a flood of others, however large (a segmented LRU):
 * what has been asked for again is in a part of its own, which new entries do not enter.
 */
import { LRUCache } from 'lru-cache';

export interface ScanResistantCache<Value extends object> {
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value) => void;
  readonly delete: (key: string) => void;
}

interface Options<Value> {
  readonly maxBytes: number;
  readonly bytesOf: (value: Value, key: string) => number;
}

// A quarter for what was asked for once: enough to be asked for again while it is new.
const newShare = 0.25;

export const scanResistantCache = <Value extends object>({
  maxBytes,
  bytesOf,
}: Options<Value>): ScanResistantCache<Value> => {
  const fresh = new LRUCache<string, Value>({ maxSize: Math.ceil(maxBytes * newShare), sizeCalculation: bytesOf });
  const inUse = new LRUCache<string, Value>({
    maxSize: Math.ceil(maxBytes * (1 - newShare)),
    sizeCalculation: bytesOf,
    // It has to be asked for again before the next ones of its kind.
    disposeAfter: (value, key, reason) => void (reason === 'evict' && fresh.set(key, value)),
  });
  return {
    get: (key) => {
      const known = inUse.get(key);
      if (known) return known;
      const again = fresh.get(key);
      if (!again) return undefined;
      fresh.delete(key);
      inUse.set(key, again);
      return again;
    },
    set: (key, value) => void (inUse.has(key) ? inUse.set(key, value) : fresh.set(key, value)),
    delete: (key) => {
      fresh.delete(key);
      inUse.delete(key);
    },
  };
};
