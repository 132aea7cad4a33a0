import { afterEach, describe, expect, it } from 'vitest';
import { aGateway, aSubgraph, type GatewayFixture } from '#kit/gateway/gateway.ts';
import { type HttpFixture, httpServer } from '#kit/user/token-builders.ts';

const lamp = { id: 'p1', title: 'Lamp', stock: 3 };
const productResolvers = {
  Query: { products: () => [lamp], product: () => lamp },
  Mutation: { rename: () => lamp },
};
const userResolvers = {
  Query: { me: () => 'Ada' },
  Product: { __resolveReference: (product: object) => ({ ...product, likes: 7 }) },
};
const everything = '{ products { id title likes } me }';

const running: { close(): Promise<void> }[] = [];
const run = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const started = await starting;
  running.push(started);
  return started;
};

afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.close();
});

/** The real product subgraph beside whatever stands where the user subgraph should be. */
const withUserAt = async (url: string, environment: Record<string, string> = {}): Promise<GatewayFixture> => {
  const product = await run(aSubgraph('product', productResolvers));
  return run(aGateway({ PRODUCT_SUBGRAPH_URL: product.url, USER_SUBGRAPH_URL: url, ...environment }));
};

const someServer = (listener: Parameters<typeof httpServer>[0]): Promise<HttpFixture> => run(httpServer(listener));

describe('a graph of two subgraphs', () => {
  it('is answered as one', async () => {
    const user = await run(aSubgraph('user', userResolvers));
    const { ask } = await withUserAt(user.url);
    expect((await ask(everything)).body).toEqual({
      data: { products: [{ id: 'p1', title: 'Lamp', likes: 7 }], me: 'Ada' },
    });
  });

  it('answers what it can while a subgraph is down from the start, and recovers when it comes', async () => {
    const placeholder = await httpServer(() => {});
    await placeholder.close();
    const { port } = new URL(placeholder.url);
    const { ask } = await withUserAt(placeholder.url);
    const { status, body } = await ask(everything);
    expect(status).toBe(200);
    expect(body.data).toEqual({ products: [{ id: 'p1', title: 'Lamp', likes: null }], me: null });
    expect(new Set(body.errors)).toEqual(new Set([unavailable(['me']), unavailable(['products', 0, 'likes'])]));

    await run(
      httpServer(
        (_, response) => response.setHeader('content-type', 'application/json').end('{"data":{"me":"Ada"}}'),
        Number(port),
      ),
    );
    expect((await ask('{ me }')).body).toEqual({ data: { me: 'Ada' } });
  });

  it('limits the time of a subgraph', async () => {
    const silent = await someServer(() => {});
    const { ask } = await withUserAt(silent.url, { USER_SUBGRAPH_TIMEOUT_MS: '50' });
    const { body } = await ask(everything);
    expect(body.data).toEqual({ products: [{ id: 'p1', title: 'Lamp', likes: null }], me: null });
    const late = [coded('GATEWAY_TIMEOUT'), coded('GATEWAY_TIMEOUT', ['products', 0, 'likes'])];
    expect(new Set(body.errors)).toEqual(new Set(late));
  });

  it('limits the time until the last byte of an answer', async () => {
    const dripping = await someServer((_, response) => void response.writeHead(200).write('{"data":'));
    const { ask } = await withUserAt(dripping.url, { USER_SUBGRAPH_TIMEOUT_MS: '50' });
    expect((await ask('{ me }')).body.errors).toEqual([coded('GATEWAY_TIMEOUT')]);
  });

  it.each([
    ['a page of a proxy', 502, '<html>bad gateway at 10.0.0.7</html>', 'SUBGRAPH_UNAVAILABLE'],
    ['a server that is closing', 503, '{"error":"Service Unavailable"}', 'SUBGRAPH_UNAVAILABLE'],
    ['half an answer', 200, '{"data":{"me":', 'SUBGRAPH_BAD_RESPONSE'],
    ['JSON that is not a response', 200, '[1,2]', 'SUBGRAPH_BAD_RESPONSE'],
    ['errors that are not errors', 200, '{"errors":["SELECT * FROM users"]}', 'SUBGRAPH_BAD_RESPONSE'],
    [
      'a refused query',
      400,
      '{"errors":[{"message":"Cannot query field","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}',
      'SUBGRAPH_BAD_RESPONSE',
    ],
    [
      'a refused signature',
      401,
      '{"errors":[{"message":"no","extensions":{"code":"UNSIGNED_REQUEST"}}]}',
      'SUBGRAPH_BAD_RESPONSE',
    ],
  ])('returns a code and no internals for %s', async (_, status, text, code) => {
    const broken = await someServer((_request, response) => void response.writeHead(status).end(text));
    const { ask } = await withUserAt(broken.url);
    const { body } = await ask('{ me products { id } }');
    expect(body.data).toEqual({ me: null, products: [{ id: 'p1' }] });
    expect(body.errors).toEqual([coded(code)]);
  });

  it('passes codes and messages of subgraphs on, and nothing else of their errors', async () => {
    const answer = {
      data: { me: null },
      errors: [
        { message: 'Sign in to use Query.me.', path: ['me'], extensions: { code: 'UNAUTHENTICATED', sql: 'SELECT' } },
      ],
    };
    const user = await someServer((_, response) => void response.end(JSON.stringify(answer)));
    const { ask } = await withUserAt(user.url);
    expect((await ask('{ me }')).body.errors).toEqual([
      { message: 'Sign in to use Query.me.', path: ['me'], extensions: { code: 'UNAUTHENTICATED', service: 'user' } },
    ]);
  });

  it('masks errors without a code', async () => {
    const answer = { data: { me: null }, errors: [{ message: 'connect ECONNREFUSED 10.0.0.7:5432' }] };
    const user = await someServer((_, response) => void response.end(JSON.stringify(answer)));
    const { ask, lines } = await withUserAt(user.url);
    const { body } = await ask('{ me }');
    expect(body.errors).toMatchObject([
      { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR', service: 'user' } },
    ]);
    expect(JSON.stringify(lines)).toContain('10.0.0.7:5432');
  });
});

const coded = (code: string, path: readonly (string | number)[] = ['me']) => ({
  message: expect.stringMatching(/^The \w+ service/),
  path,
  extensions: { code, service: 'user' },
});
const unavailable = (path: readonly (string | number)[]) => coded('SUBGRAPH_UNAVAILABLE', path);
