import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aGateway, aSubgraph, type GatewayFixture, nowhere, type SubgraphFixture } from '#kit/gateway/gateway.ts';
import { anAccessToken, keyPair, keyServer } from '#kit/user/token-builders.ts';

const tokens = keyPair('tokens');
let product: SubgraphFixture;
let gateway: GatewayFixture;
let token: string;
let closeKeys: () => Promise<void>;
let renamed: unknown[] = [];

/** What no response has. */
const oddHeads: Readonly<Record<string, unknown>> = {
  'a plain object for headers': { headers: { a: 'b' } },
  'a status of its own': { status: 418, headers: { a: 'b' } },
  'a word for a status': { status: 'no' },
  'a status that does not exist': { status: 1_000 },
};

const settings = async () => ({
  PRODUCT_SUBGRAPH_URL: product.url,
  // Whatever user adds is missing.
  USER_SUBGRAPH_URL: nowhere,
  SUBGRAPH_BREAKER: 'off',
  SUBGRAPH_RETRIES: '0',
  LIMIT_COST_GUEST: '30',
  RATE_LIMIT_GUEST_MUTATIONS: '100000',
  RATE_LIMIT_GUEST_COST: '100000',
  CACHE_INVALIDATION: 'ttl',
});

beforeAll(async () => {
  const keys = await keyServer([(await tokens).publicKey]);
  closeKeys = keys.close;
  token = await anAccessToken(await tokens);
  product = await aSubgraph('product', {
    Query: {
      products: () => [{ id: '1', title: 'Lamp', stock: 3 }],
      product: (_: unknown, { id }: { id: string }) => (id === 'none' ? null : { id, title: 'Lamp', stock: 3 }),
    },
    Mutation: {
      rename: (_: unknown, args: { id: string; title: string }) => {
        if (args.title in oddHeads)
          throw new GraphQLError('odd', { extensions: { code: 'ODD', http: oddHeads[args.title] as never } });
        renamed.push(args);
        return { ...args, stock: 1 };
      },
    },
  });
  gateway = await aGateway({ ...(await settings()), ACCESS_TOKEN_JWKS_URL: keys.url, ACCESS_DENIALS_URL: 'off' });
});
afterAll(async () => {
  await gateway.close();
  await product.close();
  await closeKeys();
});
beforeEach(() => {
  renamed = [];
});

type Body = Readonly<Record<string, unknown>>;

const send = async (body: Body, headers: Record<string, string> = {}, to = gateway) => {
  const response = await fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const kept = [...response.headers].filter(([name]) => !ofThisRequest.has(name));
  return { status: response.status, headers: kept, text: await response.text() };
};

/** Differ between any two requests. */
const ofThisRequest = new Set(['date', 'x-request-id', 'ratelimit', 'content-length', 'keep-alive', 'connection']);

const runsWithoutApollo = async (at = gateway): Promise<number> => {
  const text = await (await fetch(`${at.url}/metrics`)).text();
  return Number(/^agora_gateway_known_operations_total\S* (\d+)/m.exec(text)?.[1]);
};

/** Extensions that say nothing to us; Apollo Server reads them. */
const forApollo = (body: Body): Body => ({ ...body, extensions: { of: 'nobody' } });

const withoutIds = (text: string): string => text.replaceAll(/"requestId":"[^"]*"/g, '"requestId":"…"');

const json = { accept: 'application/json' };
const asResponse = { accept: 'application/graphql-response+json' };

const alike: [what: string, body: Body, headers?: Record<string, string>][] = [
  ['data', { query: '{ products { id title } }' }],
  ['data for a user', { query: '{ products { id } }' }, { authorization: 'of a user' }],
  ['another media type', { query: '{ products { title } }' }, asResponse],
  ['variables', { query: 'query P($id: ID!) { product(id: $id) { title } }', variables: { id: '7', more: 1 } }],
  [
    'an operation by its name',
    { query: 'query A { a: products { id } } query B { products { id } }', operationName: 'B' },
  ],
  ['an empty name', { query: '{ one: product(id: 1) { id } }', operationName: '' }],
  ['null', { query: '{ product(id: "none") { title } }' }],
  ['a mutation', { query: 'mutation { rename(id: 1, title: "Desk") { title } }' }],
  ...Object.keys(oddHeads).map((title): [string, Body] => [
    `an error with ${title}`,
    { query: `mutation { a: rename(id: 1, title: "${title}") { title } b: rename(id: 2, title: "Desk") { title } }` },
  ]),
  ['a missing part', { query: '{ products { id likes } }' }],
  ['nothing but a missing part', { query: '{ me }' }, json],
  ['introspection', { query: '{ __typename __type(name: "Product") { name } }' }],
  ['a bad variable', { query: 'query V($id: ID!) { product(id: $id) { id } }', variables: { id: {} } }],
  ['a bad variable for an old client', { query: 'query W($id: ID!) { product(id: $id) { id } }', variables: {} }, json],
  ['its cost', { query: '{ products { stock } }' }, { 'x-agora-cost': '1' }],
  ['too high a cost', { query: `{ ${aliases(10)} }` }],
  ['what must not be stored', { query: '{ p: products { id } }' }, { 'cache-control': 'no-store' }],
];

function aliases(count: number): string {
  return Array.from({ length: count }, (_, at) => `p${at}: products { id title stock }`).join(' ');
}

describe('an operation that has been admitted before', () => {
  it.each(alike)('answers with %s as Apollo Server does', async (_, body, asked = {}) => {
    const headers = { ...asked, ...(asked.authorization && { authorization: `Bearer ${token}` }) };
    const apollos = await send(forApollo(body), headers);
    await send(body, headers);
    const before = await runsWithoutApollo();
    const known = await send(body, headers);
    expect(await runsWithoutApollo()).toBe(before + 1);
    expect({ ...known, text: withoutIds(known.text) }).toEqual({ ...apollos, text: withoutIds(apollos.text) });
  });

  it.each<readonly [string, Body]>([
    ['a name that it lacks', { query: 'query A { products { id } }', operationName: 'B' }],
    ['variables that are a list', { query: '{ products { id } }', variables: [1] }],
    ['a name that is a number', { query: '{ products { id } }', operationName: 1 }],
    ['extensions', { query: '{ products { id } }', extensions: { any: 1 } }],
    ['a subscription', { query: 'subscription { productUpdated(id: 1) { id } }' }],
  ])('is left to Apollo Server with %s', async (_, body) => {
    for (let time = 0; time < 3; time++) await send({ query: '{ products { id } }' });
    const before = await runsWithoutApollo();
    for (let time = 0; time < 3; time++) await send(body);
    expect(await runsWithoutApollo()).toBe(before);
  });

  it('is not run for another text whose name makes up for the difference', async () => {
    const query = 'query X { __typename }\nquery Y { products { id } }';
    for (let time = 0; time < 3; time++) await send({ query, operationName: 'X' });
    const before = await runsWithoutApollo();
    const [first, second] = query.split('\n');
    const { status, text } = await send({ query: second, operationName: `X\n${first}` });
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, 'OPERATION_RESOLUTION_FAILURE']);
    expect(await runsWithoutApollo()).toBe(before);
  });

  it('is counted and limited like any other', async () => {
    const mutation = { query: 'mutation { rename(id: 9, title: "Bed") { title } }' };
    const few = await aGateway({ ...(await settings()), RATE_LIMIT_GUEST_MUTATIONS: '5' });
    const statuses = [];
    for (let time = 0; time < 7; time++) statuses.push((await send(mutation, {}, few)).status);
    const text = await (await fetch(`${few.url}/metrics`)).text();
    await few.close();
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(renamed).toHaveLength(5);
    const lines = text.split('\n');
    expect(lines.find((line) => line.startsWith('agora_gateway_operations_total') && line.includes('refused'))).toMatch(
      / 2$/,
    );
    expect(lines.find((line) => line.startsWith('agora_gateway_operations_in_flight'))).toMatch(/ 0$/);
  });
});
