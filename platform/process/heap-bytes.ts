/** Estimates how much of V8's heap a value retains, for caches that are bounded by memory. */

// For Node 24 (64 bits, pointers not compressed); graphql/document-store.test.ts compares the estimate with the real heap.
const pointer = 8;
// Map, properties, elements; and a share of the list that some have for properties added later, as `loc` is.
const objectBytes = 40;
// An array that was pushed to has capacity for 17, or for half as many again as it holds.
const arrayBytes = 48;
const pushedRoom = 17;
const stringBytes = 24;

/** Overhead of an entry in an LRU cache: its places in a map and in six arrays of numbers. */
export const entryBytes = 150;

/** For plain data: objects, arrays and strings; each object counts once. */
export const heapBytes = (root: unknown): number => {
  const seen = new Set<object>();
  const left: unknown[] = [root];
  let bytes = 0;
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') bytes += textBytes(value);
    else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      const inner = Object.values(value);
      bytes += Array.isArray(value) ? listBytes(inner.length) : objectBytes + pointer * inner.length;
      for (const each of inner) left.push(each);
    }
  }
  return bytes;
};

const listBytes = (length: number): number =>
  arrayBytes + (length > 0 ? pointer * Math.max(pushedRoom, length * 1.5) : 0);

/** One byte a character, or two as soon as one of them needs it. Measuring flattens a rope string. */
export const textBytes = (text: string): number =>
  stringBytes + (Buffer.byteLength(text) === text.length ? text.length : 2 * text.length);
