/** Whatever a client says that it accepts: it gets an answer of such a type, or nothing has been run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGateway, aSubgraph, type GatewayFixture, type SubgraphFixture } from '#kit/gateway/gateway.ts';

let product: SubgraphFixture;
let gateway: GatewayFixture;

beforeAll(async () => {
  product = await aSubgraph('product', { Mutation: { rename: () => ({ id: 'p1', title: 'x', stock: 1 }) } });
  gateway = await aGateway({ PRODUCT_SUBGRAPH_URL: product.url });
});
afterAll(async () => {
  await gateway.close();
  await product.close();
});

const query = 'mutation { rename(id: "p1", title: "x") { title } }';
const data = { rename: { title: 'x' } };
const post = (path: string, accept: string) =>
  fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });

const json = 'application/json; charset=utf-8';
const graphqlResponse = 'application/graphql-response+json; charset=utf-8';

describe('a mutation', () => {
  it.each([
    ['*/*', json],
    ['', json],
    ['application/*', json],
    ['application/json', json],
    ['APPLICATION/JSON', json],
    ['application/json; charset=UTF-8', json],
    ['application/json;q=0.001', json],
    ['text/html, application/json', json],
    ['text/event-stream, application/json', json],
    ['application/graphql-response+json, application/json', graphqlResponse],
    ['application/graphql-response+json, application/json;q=0.9', graphqlResponse],
    ['application/json;q=0, */*', graphqlResponse],
    ['text/html, */*;q=0.1', json],
  ])('is answered to a client that accepts "%s" as %s', async (accept, type) => {
    const response = await post('/graphql', accept);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(await response.json()).toEqual({ data });
  });

  it.each([
    'text/html',
    'image/png',
    'application/json;v=2',
    'application/json;charset=utf-16',
    'application/json;q=0',
    'application/json;q=x',
    'application/*;q=0',
    '*/*;q=0',
    '*/*;q=0.0, text/html',
    'text/event-stream;q=0',
    'application/xml, text/html;q=0.9',
    'application/json+x',
    'json',
    ',',
    ';',
  ])('is not executed for a client that accepts "%s"', async (accept) => {
    const before = product.received.length;
    const response = await post('/graphql', accept);
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_ACCEPTABLE' } }] });
    expect(product.received.length).toBe(before);
  });
});

it.each([
  ['/graphql', 'text/event-stream', 200],
  ['/graphql', 'text/event-stream; charset=utf-8', 200],
  ['/graphql', 'text/event-stream;v=2', 406],
  ['/graphql/stream', 'text/event-stream', 200],
  ['/graphql/stream', 'text/*', 200],
  ['/graphql/stream', 'application/json', 406],
  ['/graphql/stream', 'text/event-stream;q=0, */*', 406],
])('the stream at %s with accept "%s" has status %i', async (path, accept, status) => {
  const response = await post(path, accept);
  const type = response.headers.get('content-type');
  await response.body?.cancel();
  expect([response.status, type]).toEqual([status, status === 200 ? 'text/event-stream; charset=utf-8' : json]);
});

it.each([
  ['text/html', 'text/html; charset=utf-8'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html; charset=utf-8'],
  ['application/json, text/html;q=0.9', json],
  ['text/html;q=0, */*', json],
])('the playground is for browsers: "%s" gets %s', async (accept, type) => {
  const headers = { accept, 'apollo-require-preflight': 'yes' };
  const response = await fetch(`${gateway.url}/graphql?query={__typename}`, { headers });
  await response.body?.cancel();
  expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
});
