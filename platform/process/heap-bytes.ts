/** About how much of V8's heap a value keeps: for caches, whose bounds must be true of memory and not of entries or JSON. */

// As Node 24 has it (64 bits, pointers not compressed); graphql/document-store.test.ts holds the sum against the heap itself.
const pointer = 8;
// Map, properties, elements; and part of the list that some have for properties that came later, as `loc` does.
const objectBytes = 40;
// A list that was pushed to has room for 17, and for half as many again as it has.
const arrayBytes = 48;
const pushedRoom = 17;
const stringBytes = 24;

/** What an LRU cache takes for an entry beside its key and value: its places in a map and in six lists of numbers. */
export const entryBytes = 150;

/** Of plain data: objects, arrays and strings, each object once. */
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

/** One byte a character, or two as soon as one of them needs it. A text made of parts becomes one by being measured. */
export const textBytes = (text: string): number =>
  stringBytes + (Buffer.byteLength(text) === text.length ? text.length : 2 * text.length);
