import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayFixture } from '#kit/gateway/builders.ts';
import { aDocumentScene, type DocumentScene, get, persistedQuery, post } from '#kit/gateway/document-builders.ts';

const listed = 'query Me {\n  me\n}';

let scene: DocumentScene;
let gateway: GatewayFixture;
beforeAll(async () => {
  scene = await aDocumentScene(listed);
  gateway = await scene.start({});
});
afterAll(() => scene.close());

it('a document is answered by its hash once it was sent with it', async () => {
  const query = '{ whoAmI }';
  const unknown = await get(gateway, { extensions: persistedQuery(query) });
  // As the protocol has it: clients look for this message, in an answer that is no failure of HTTP.
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

it('a text under the hash of another is refused and not remembered', async () => {
  const body = { query: '{ me }', extensions: persistedQuery('{ me me }') };
  expect(await post(gateway, body)).toEqual([400, 'PERSISTED_QUERY_HASH_MISMATCH']);
  expect(await post(gateway, { extensions: body.extensions })).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
});

it('a document that is not valid is not remembered', async () => {
  const query = '{ nobody }';
  expect(await post(gateway, { query, extensions: persistedQuery(query) })).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  expect(await post(gateway, { extensions: persistedQuery(query) })).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
});

it('can be switched off, and clients are told so', async () => {
  const off = await scene.start({ APQ: 'off' });
  expect(await post(off, { extensions: persistedQuery('{ me }') })).toEqual([200, 'PERSISTED_QUERY_NOT_SUPPORTED']);
  expect(await post(off, { extensions: persistedQuery(listed) })).toEqual([200, { me: 'Ada' }]);
});
