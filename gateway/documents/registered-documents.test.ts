import { expect, it } from 'vitest';
import { createMetrics } from '#platform/observability/metrics.ts';
import { documentId } from './document-text.ts';
import { registeredDocuments } from './registered-documents.ts';

const aStore = (maxBytes = 1_000_000, shared?: Map<string, string>) =>
  registeredDocuments({
    maxBytes,
    ttlSeconds: 60,
    shared: shared && {
      get: async (key) => shared.get(key),
      add: async (key, document) => void shared.set(key, document),
    },
    metrics: createMetrics('gateway'),
  });

it('holds no more bytes than it may, and gives up what nobody asked for', async () => {
  const store = aStore(100_000);
  await store.set('kept', 'x'.repeat(10_000));
  for (let i = 0; i < 20; i++) {
    await store.set(`flood-${i}`, 'x'.repeat(10_000));
    await store.get('kept');
  }
  const known = await Promise.all(['kept', 'flood-0', 'flood-19'].map((key) => store.get(key)));
  expect(known.map((document) => document?.length)).toEqual([10_000, undefined, 10_000]);
});

it.each([
  ['of the shortest documents', (n: number) => `{a${n}}`, 250],
  ['of characters that take two bytes', (n: number) => `{a${n}}#${'日'.repeat(1_000)}`, 2_000],
])('a flood %s is counted with what each takes beside its text', async (_, textOf, eachBytes) => {
  const store = aStore(100_000);
  for (let n = 0; n < 1_000; n++) await store.set(documentId(textOf(n)), textOf(n));
  const known = await Promise.all(Array.from({ length: 1_000 }, (_, n) => store.get(documentId(textOf(n)))));
  expect(known.filter(Boolean).length).toBeLessThanOrEqual(100_000 / eachBytes);
  expect(known.at(-1)).toBe(textOf(999));
});

it('learns from the other gateways, and then knows it by itself', async () => {
  const shared = new Map<string, string>();
  const [one, other] = [aStore(1_000_000, shared), aStore(1_000_000, shared)];
  await one.set('a', '{ a }');
  expect(await other.get('a')).toBe('{ a }');
  shared.clear();
  expect(await other.get('a')).toBe('{ a }');
});
