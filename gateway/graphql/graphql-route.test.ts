import { setTimeout as pause } from 'node:timers/promises';
import { ApolloServer } from '@apollo/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGateway, aSubgraph, type GatewayFixture, type SubgraphFixture } from '#kit/gateway/gateway.ts';
import { inOrder, keepDeclaredVariables, stepsPlugin } from './steps.ts';

let user: SubgraphFixture;
let gateway: GatewayFixture;

const start = (environment: Record<string, string> = {}): Promise<GatewayFixture> =>
  aGateway({ USER_SUBGRAPH_URL: user.url, ...environment });

beforeAll(async () => {
  user = await aSubgraph('user', { Query: { me: () => 'Ada', whoAmI: () => pause(50, 'Ada') } });
  gateway = await start();
});
afterAll(async () => {
  await gateway.close();
  await user.close();
});

const json = { 'content-type': 'application/json' };
const latin1 = { 'content-type': 'application/json; charset=iso-8859-1' };

/** Status and codes of an answer that must be GraphQL's. */
const outcome = async (init: RequestInit & { path?: string }, at = gateway): Promise<[number, ...unknown[]]> => {
  const response = await fetch(`${at.url}${init.path ?? '/graphql'}`, init);
  const { errors = [] } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return [response.status, ...errors.map(({ extensions }) => extensions.code)];
};
const post = (body: string, headers: Record<string, string> = json) => ({ method: 'POST', headers, body });

describe('a malformed request', () => {
  it.each([
    ['malformed JSON', post('{"query": "{ me }'), [400, 'BAD_REQUEST']],
    ['Latin-1', post('{"query":"{ me }"}', latin1), [415, 'UNSUPPORTED_MEDIA_TYPE']],
    ['bytes that are not UTF-8', { ...post(''), body: Uint8Array.of(0x22, 0xe9, 0x22) }, [400, 'BAD_REQUEST']],
    [
      'compression',
      post('{"query":"{ me }"}', { ...json, 'content-encoding': 'gzip' }),
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
    ],
    ['no body', { method: 'POST', headers: json }, [400, 'BAD_REQUEST']],
    ['a body that is not an object', post('"{ me }"'), [400, 'BAD_REQUEST']],
    ['a list of operations', post('[{"query":"{ me }"}]'), [400, 'BATCHING_NOT_SUPPORTED']],
    ['no query', post('{}'), [400, 'BAD_REQUEST']],
    ['a query that is not a string', post('{"query": 1}'), [400, 'BAD_REQUEST']],
    ['variables that are not an object', post('{"query":"{ me }","variables":"x"}'), [400, 'BAD_REQUEST']],
    ['a key that would poison objects', post('{"__proto__":{"x":1},"query":"{ me }"}'), [400, 'BAD_REQUEST']],
    ['a syntax error', post('{"query":"{ me "}'), [400, 'GRAPHQL_PARSE_FAILED']],
    ['an unknown field', post('{"query":"{ you }"}'), [400, 'GRAPHQL_VALIDATION_FAILED']],
    [
      'an argument of the wrong type',
      post('{"query":"{ product(id: {}) { id } }"}'),
      [400, 'GRAPHQL_VALIDATION_FAILED'],
    ],
    [
      'a variable of the wrong type',
      post('{"query":"query($id: ID!) { product(id: $id) { id } }","variables":{"id":{}}}'),
      [400, 'BAD_USER_INPUT'],
    ],
    [
      'two operations and no name',
      post('{"query":"query A { me } query B { me }"}'),
      [400, 'OPERATION_RESOLUTION_FAILURE'],
    ],
    [
      'more tokens than any real operation has',
      post(`{"query":"{ ${'me '.repeat(5_000)} }"}`),
      [400, 'GRAPHQL_PARSE_FAILED'],
    ],
    ['a body that is too large', post(`{"query":"{ me }","x":"${'x'.repeat(2_000_000)}"}`), [413, 'PAYLOAD_TOO_LARGE']],
    [
      'a form',
      post('query={me}', { 'content-type': 'application/x-www-form-urlencoded' }),
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
    ],
    [
      'plain text, which a foreign page may send',
      post('{"query":"{ me }"}', { 'content-type': 'text/plain' }),
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
    ],
    ['a GET that a foreign page may send', { path: '/graphql?query={me}' }, [400, 'BAD_REQUEST']],
  ])('%s gets a coded error, and the next request is served', async (_, init, expected) => {
    expect(await outcome(init)).toEqual(expected);
    expect((await gateway.ask('{ me }')).body).toEqual({ data: { me: 'Ada' } });
  });

  it('a mutation by GET is refused', async () => {
    const query = encodeURIComponent('mutation { rename(id: "p1", title: "x") { id } }');
    expect(await outcome({ path: `/graphql?query=${query}`, headers: { 'apollo-require-preflight': 'yes' } })).toEqual([
      405,
      'BAD_REQUEST',
    ]);
  });
});

it('an empty operation name counts as none, by POST and by GET', async () => {
  expect((await gateway.ask('query A { me }', { operationName: '' })).body).toEqual({ data: { me: 'Ada' } });
  const headers = { 'apollo-require-preflight': 'yes' };
  const response = await fetch(`${gateway.url}/graphql?query={me}&operationName=&variables={}`, { headers });
  expect(await response.json()).toEqual({ data: { me: 'Ada' } });
  expect(await outcome(post('{"query":"query A { me } query B { me }","operationName":""}'))).toEqual([
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ]);
});

it('a query by GET requires the preflight header', async () => {
  const response = await fetch(`${gateway.url}/graphql?query={me}`, { headers: { 'apollo-require-preflight': 'yes' } });
  expect(await response.json()).toEqual({ data: { me: 'Ada' } });
});

it('does not expose query plans', async () => {
  const { body } = await gateway.ask('{ me }', { headers: { 'apollo-query-plan-experimental': '1' } });
  expect(body).toEqual({ data: { me: 'Ada' } });
});

describe('introspection', () => {
  const introspection = '{ __schema { queryType { name } } }';

  it('works for tools', async () => {
    expect((await gateway.ask(introspection)).body.data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });

  it('can be switched off, along with hints in errors', async () => {
    const closed = await start({ INTROSPECTION: 'off' });
    expect((await closed.ask(introspection)).status).toBe(400);
    expect((await closed.ask('{ mee }')).body.errors?.[0]?.message).not.toContain('Did you mean');
    await closed.close();
  });
});

describe('the playground', () => {
  const asBrowser = { accept: 'text/html,application/xhtml+xml', 'accept-encoding': 'gzip' };

  it('is one compressed page with the sample operations, and is revalidated', async () => {
    const page = await fetch(`${gateway.url}/graphql?query={me}`, { headers: asBrowser });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-encoding')).toBe('gzip');
    const html = await page.text();
    expect(html).toContain('query LookAround');
    const etag = page.headers.get('etag') ?? '';
    const again = await fetch(`${gateway.url}/graphql`, { headers: { ...asBrowser, 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);

    const plain = await fetch(`${gateway.url}/graphql`, { headers: { ...asBrowser, 'accept-encoding': 'identity' } });
    expect((await plain.text()) === html).toBe(true);
  });

  it('can be switched off', async () => {
    const closed = await start({ PLAYGROUND: 'off' });
    expect(await outcome({ headers: asBrowser }, closed)).toEqual([406, 'NOT_ACCEPTABLE']);
    await closed.close();
  });
});

it('is ready once it listens, and finishes requests in flight at shutdown', async () => {
  const ending = await start();
  expect((await fetch(`${ending.url}/health/ready`)).status).toBe(200);
  const underWay = ending.ask('{ whoAmI }');
  await pause(20);
  await ending.close();
  expect((await underWay).body).toEqual({ data: { whoAmI: 'Ada' } });
  await expect(ending.ask('{ me }')).rejects.toThrow('fetch failed');
});

it.each([
  ['query ($n: Int) { at(n: $n) }', { n: 1, other: [1, 2, 3] }, { n: 1 }],
  ['query ($n: Int = 2) { at(n: $n) }', { other: 1 }, {}],
  ['{ at }', { constructor: 1 }, {}],
  ['query A($n: Int) { at(n: $n) } query B($m: Int) { at(n: $m) }', { n: 1, m: 2 }, { n: 1 }],
])('later steps see only the variables that %s declares', async (query, variables, expected) => {
  const seen: unknown[] = [];
  const server = new ApolloServer({
    typeDefs: 'type Query { at(n: Int): Int }',
    plugins: [
      stepsPlugin(inOrder([keepDeclaredVariables, { before: ({ request }) => void seen.push(request.variables) }])),
    ],
  });
  await server.executeOperation({ query, variables, ...(query.includes('query A') && { operationName: 'A' }) });
  await server.stop();
  expect(seen).toEqual([expected]);
});
