import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type DocumentNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { heapBytes } from '../heap-bytes.ts';
import { documentStore } from './document-store.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const heapUsed = (): number => {
  collectGarbage();
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

// 5 MB: what else comes and goes meanwhile, compiled code above all, is some hundreds of kilobytes.
const plenty = 5_000_000;

describe.each(Object.entries(documents))('a document of %s', (_, textOf) => {
  it('is counted with the memory that it keeps in the store, or a little more', async () => {
    const store = documentStore(10 * plenty);
    const kept: DocumentNode[] = [];
    // What is compiled or made up once is no part of it.
    await store.set('first', parse(fresh(textOf(0))));
    const before = heapUsed();
    let counted = 0;
    while (counted < plenty) {
      const document = parse(fresh(textOf(kept.length)));
      await store.set(String(kept.length), document);
      kept.push(document);
      counted += heapBytes(document);
    }
    const grown = heapUsed() - before;
    expect(counted / grown).toBeGreaterThan(0.8);
    expect(counted / grown).toBeLessThan(2.5);
  });
});

it('the store keeps no more than it may, whatever comes, and what is asked for again and again', async () => {
  const store = documentStore(plenty);
  await store.set('in use', parse('{ me }'));
  const before = heapUsed();
  for (let n = 0; n < 40; n++)
    for (const [name, textOf] of Object.entries(documents)) {
      await store.set(`${name} ${n}`, parse(fresh(textOf(n))));
      await store.get('in use');
    }
  expect(heapUsed() - before).toBeLessThan(1.2 * plenty);
  expect(await store.get('in use')).toBeDefined();
  expect(await store.get('many fields 0')).toBeUndefined();
});

it('a document from the store still knows the places of its parts', async () => {
  const store = documentStore(100_000);
  const text = '# mine\n{ me(id: $id) }';
  await store.set('key', parse(text));
  const document = await store.get('key');
  const [operation] = document?.definitions ?? [];
  expect(operation?.loc?.startToken).toBeUndefined();
  expect([operation?.loc?.start, operation?.loc?.end, operation?.loc?.source.body]).toEqual([7, text.length, text]);
});
