import { expect, it } from 'vitest';
import { createMetrics } from '../../platform/metrics.ts';
import { maxDocumentBytes, registeredDocuments } from './registered-documents.ts';

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

it('counts bytes and not characters, and keeps no document that is too long', async () => {
  const store = aStore();
  await store.set('fits', 'x'.repeat(maxDocumentBytes));
  await store.set('long', 'é'.repeat(maxDocumentBytes / 2 + 1));
  expect(await store.get('fits')).toBeDefined();
  expect(await store.get('long')).toBeUndefined();
});

it('learns from the other gateways, and then knows it by itself', async () => {
  const shared = new Map<string, string>();
  const [one, other] = [aStore(1_000_000, shared), aStore(1_000_000, shared)];
  await one.set('a', '{ a }');
  expect(await other.get('a')).toBe('{ a }');
  shared.clear();
  expect(await other.get('a')).toBe('{ a }');
});
