import { afterAll, beforeAll, expect, it } from 'vitest';
import { aDocumentsFixture, type DocumentsFixture, get, persistedQuery, post } from '#kit/gateway/documents.ts';
import type { GatewayFixture } from '#kit/gateway/gateway.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { documentId } from './document-text.ts';
import { registeredDocuments } from './persisted-queries.ts';

const listed = 'query Me {\n  me\n}';

let fixture: DocumentsFixture;
let gateway: GatewayFixture;
beforeAll(async () => {
  fixture = await aDocumentsFixture(listed);
  gateway = await fixture.start({});
});
afterAll(() => fixture.close());

it('a document is run by its hash once it has been registered', async () => {
  const query = '{ whoAmI }';
  const unknown = await get(gateway, { extensions: persistedQuery(query) });
  // As the protocol has it: clients look for this message, in an answer that is not a failure of HTTP.
  expect([unknown.status, (await unknown.json()).errors]).toEqual([
    200,
    [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
  ]);
  expect(await post(gateway, { query, extensions: persistedQuery(query) })).toEqual([200, { whoAmI: 'Ada' }]);
  expect(await post(gateway, { extensions: persistedQuery(query) })).toEqual([200, { whoAmI: 'Ada' }]);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  for (const result of ['miss', 'registered', 'hit'])
    expect(metrics).toContain(`agora_gateway_apq_total{outcome="${result}",service="gateway"} 1`);
});

it('a text with the hash of another is refused and not registered', async () => {
  const body = { query: '{ me }', extensions: persistedQuery('{ me me }') };
  expect(await post(gateway, body)).toEqual([400, 'PERSISTED_QUERY_HASH_MISMATCH']);
  expect(await post(gateway, { extensions: body.extensions })).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
});

it('an invalid document is not registered', async () => {
  const query = '{ nobody }';
  expect(await post(gateway, { query, extensions: persistedQuery(query) })).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  expect(await post(gateway, { extensions: persistedQuery(query) })).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
});

it('can be switched off, with an error of their own', async () => {
  const off = await fixture.start({ APQ: 'off' });
  expect(await post(off, { extensions: persistedQuery('{ me }') })).toEqual([200, 'PERSISTED_QUERY_NOT_SUPPORTED']);
  expect(await post(off, { extensions: persistedQuery(listed) })).toEqual([200, { me: 'Ada' }]);
});

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

it('never exceeds its bytes, and evicts the least recently used', async () => {
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
])('a flood %s is counted with its overhead', async (_, textOf, eachBytes) => {
  const store = aStore(100_000);
  for (let n = 0; n < 1_000; n++) await store.set(documentId(textOf(n)), textOf(n));
  const known = await Promise.all(Array.from({ length: 1_000 }, (_, n) => store.get(documentId(textOf(n)))));
  expect(known.filter(Boolean).length).toBeLessThanOrEqual(100_000 / eachBytes);
  expect(known.at(-1)).toBe(textOf(999));
});

it('learns from the other gateways, and then remembers', async () => {
  const shared = new Map<string, string>();
  const [one, other] = [aStore(1_000_000, shared), aStore(1_000_000, shared)];
  await one.set('a', '{ a }');
  expect(await other.get('a')).toBe('{ a }');
  shared.clear();
  expect(await other.get('a')).toBe('{ a }');
});
