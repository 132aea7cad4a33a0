import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guest, type Viewer, viewerHeader } from '#contracts/viewer.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { keyPair } from '#kit/user/token-builders.ts';
import { somebody } from '#kit/user/viewers.ts';
import { viewerSigner, viewerVerifier } from '../auth/viewer.ts';
import { createHttpServer } from '../http/server.ts';
import { createMetrics } from '../observability/metrics.ts';
import { enforceAccess } from './access.ts';
import { serveGraphql } from './serve.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @public on FIELD_DEFINITION | OBJECT
  directive @signedIn on FIELD_DEFINITION | OBJECT
  directive @cacheControl(maxAge: Int, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT
  type Query { lamp: Lamp @public  bulb: Bulb @public  cart: Bulb @public }
  type Lamp @key(fields: "id") @public @cacheControl(maxAge: 60) {
    id: ID!  stock: Int @cacheControl(maxAge: 1)  bulb: Bulb  memberPrice: Int @signedIn
  }
  type Bulb @public @cacheControl(inheritMaxAge: true) { watts: Int }`);

const lamp = { id: '1', stock: 3, bulb: { watts: 5 }, memberPrice: 7 };
const resolvers = {
  Query: { lamp: () => lamp, bulb: () => lamp.bulb, cart: () => lamp.bulb },
  Lamp: { __resolveReference: () => lamp },
};

const { log } = recordedLog();
const http = createHttpServer({ log, metrics: createMetrics('lamps'), notReady: async () => [] });
const key = await keyPair('viewer');
let url: string;
beforeAll(async () => {
  const schema = enforceAccess(buildSubgraphSchema([{ typeDefs, resolvers }]));
  const verifyViewer = viewerVerifier({ keys: [key.publicKey] }, 'lamps');
  await serveGraphql({ http, schema, context: (viewer: Viewer) => ({ viewer }), verifyViewer, log });
  url = await http.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => http.close());

const entity = '{ _entities(representations: [{ __typename: "Lamp", id: "1" }]) { ... on Lamp { id } } }';

test.each<[query: string, by: string, viewer: Viewer, allowed: string]>([
  ['{ lamp { id } }', 'a guest', guest, 'max-age=60, public'],
  ['{ lamp { id bulb { watts } } }', 'a guest', guest, 'max-age=60, public'],
  ['{ lamp { id stock } }', 'a guest', guest, 'max-age=1, public'],
  [entity, 'a guest', guest, 'max-age=60, public'],
  ['{ lamp { id } }', 'a customer', somebody(), 'max-age=60, public'],
  ['{ lamp { id memberPrice } }', 'a customer', somebody(), 'max-age=60, private'],
  ['{ lamp { id memberPrice } }', 'a guest', guest, 'no-store'],
  ['{ bulb { watts } }', 'a guest', guest, 'no-store'],
  ['{ lamp { id } cart { watts } }', 'a guest', guest, 'no-store'],
  ['{ lamp { id } }', 'an employee', somebody('STAFF'), 'no-store'],
  [entity, 'an administrator', somebody('ADMIN'), 'no-store'],
])('%s, asked by %s, may be kept as it says', async (query, _, viewer, allowed) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [viewerHeader]: viewerSigner(key.privateKey)(viewer, 'lamps'),
    },
    body: JSON.stringify({ query }),
  });
  expect(response.headers.get('cache-control')).toBe(allowed);
});
