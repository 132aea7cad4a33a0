/**
 * What documents take of the heap, in a process of its own: in that of the tests the heap also shrinks and grows by what
 * others compiled and left behind. Run with --expose-gc; prints JSON.
 */
import { getHeapStatistics } from 'node:v8';
import { type DocumentNode, parse } from 'graphql';
import { heapBytes } from '../process/heap-bytes.ts';
import { documentStore } from './document-store.ts';

export interface DocumentMemory {
  /** By kind of document: what is counted for them, for each byte by which the heap grew. */
  readonly countedByGrown: Readonly<Record<string, number>>;
  /** Of a store that was flooded: by how much the heap grew, for each byte that it may keep. */
  readonly floodedByBound: number;
}

// Five megabytes: beside them what the engine itself takes and gives back is nothing.
const plenty = 5_000_000;

const heapUsed = (): number => {
  globalThis.gc?.();
  return getHeapStatistics().used_heap_size;
};

/** A text as a request's body brings it, which shares no memory with any other. */
const fresh = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

const many = (count: number, of: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => of(n)).join(' ');

/** Of each kind as many as are asked for, all of them different. */
const documents: Record<string, (n: number) => string> = {
  'many fields': (n) => `query Q${n} { ${many(60, (m) => `a${n}x${m}: product(id: $id) { id title }`)} }`,
  'a list of numbers': (n) => `{ a${n}(of: [${many(400, String)}]) { id } }`,
  'objects in objects': (n) => `{ a${n}(of: {${many(200, (m) => `key${m}: {deep: ${m}}`)}}) { id } }`,
  'one long text': (n) => `{ a${n}(of: "${'x'.repeat(8_000)}") { id } }`,
  'one long text of two bytes a character': (n) => `{ a${n}(of: "${'日'.repeat(4_000)}") { id } }`,
  'nothing but comments': (n) => `${'#\n'.repeat(4_000)}{ a${n} }`,
  'nothing but blanks': (n) => `${' '.repeat(8_000)}{ a${n} }`,
};

const countedByGrown = async (textOf: (n: number) => string): Promise<number> => {
  const store = documentStore(10 * plenty);
  const kept: DocumentNode[] = [];
  // What is compiled or made up once is not part of it.
  await store.set('first', parse(fresh(textOf(0))));
  const before = heapUsed();
  let counted = 0;
  while (counted < plenty) {
    const document = parse(fresh(textOf(kept.length)));
    await store.set(String(kept.length), document);
    kept.push(document);
    counted += heapBytes(document);
  }
  return counted / (heapUsed() - before);
};

const floodedByBound = async (): Promise<number> => {
  const store = documentStore(plenty);
  const before = heapUsed();
  for (let n = 0; n < 40; n++)
    for (const [name, textOf] of Object.entries(documents)) await store.set(`${name} ${n}`, parse(fresh(textOf(n))));
  const grown = heapUsed() - before;
  // Asked after the heap was looked at, so that the store was there.
  await store.get('many fields 0');
  return grown / plenty;
};

const measured: Record<string, number> = {};
for (const [name, textOf] of Object.entries(documents)) measured[name] = await countedByGrown(textOf);
const result: DocumentMemory = { countedByGrown: measured, floodedByBound: await floodedByBound() };
console.log(JSON.stringify(result));
