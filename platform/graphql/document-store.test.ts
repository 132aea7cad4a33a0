import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import type { DocumentMemory } from './document-memory.fixture.ts';
import { documentStore } from './document-store.ts';

let memory: DocumentMemory;

beforeAll(async () => {
  const fixture = path.join(import.meta.dirname, 'document-memory.fixture.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', fixture]);
  memory = JSON.parse(stdout) as DocumentMemory;
});

it.each([
  'many fields',
  'a list of numbers',
  'objects in objects',
  'one long text',
  'one long text of two bytes a character',
  'nothing but comments',
  'nothing but blanks',
])('a document of %s is counted with the memory that it keeps in the store, or a little more', (kind) => {
  expect(memory.countedByGrown[kind]).toBeGreaterThan(0.8);
  expect(memory.countedByGrown[kind]).toBeLessThan(2.5);
});

it('the store keeps no more than it may, whatever comes', () => {
  expect(memory.floodedByBound).toBeLessThan(1.2);
});

it('what is requested again and again stays', async () => {
  const store = documentStore(100_000);
  await store.set('in use', parse('{ me }'));
  for (let n = 0; n < 100; n++) {
    await store.set(`other ${n}`, parse(`{ a${n}(of: "${'x'.repeat(8_000)}") { id } }`));
    await store.get('in use');
  }
  expect(await store.get('in use')).toBeDefined();
  expect(await store.get('other 0')).toBeUndefined();
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
