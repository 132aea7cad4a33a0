import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aGateway, type GatewayFixture } from '#kit/gateway/builders.ts';
import { aStandIn, closedAfterEach, idsIn, type StandIn } from '#kit/gateway/caching-builders.ts';
import { anAccessToken, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';

// Products come from one subgraph, uncacheable, so that each request reaches the other: how many like a product.
let viewerKey: KeyPair;
let product: StandIn;
let user: StandIn;
let gateway: GatewayFixture;
const run = closedAfterEach(afterEach);

const listed = (...ids: string[]) => {
  product.answer = () => ({ data: { products: ids.map((id) => ({ __typename: 'Product', id })) }, cacheControl: '' });
};
const likesOf = (id: string): number => Number(id.slice(1)) * 10;
const likesOfAll = (...ids: string[]) => ({ _entities: ids.map((id) => ({ likes: likesOf(id) })) });
const shown = (...ids: string[]) => ({ products: ids.map((id) => ({ id, likes: likesOf(id) })) });
const query = '{ products { id likes } }';

const start = async (environment: Record<string, string> = {}) => {
  gateway = await run(
    aGateway(viewerKey, {
      PRODUCT_SUBGRAPH_URL: product.url,
      USER_SUBGRAPH_URL: user.url,
      CACHE_INVALIDATION: 'ttl',
      RATE_LIMITS: 'off',
      ...environment,
    }),
  );
};

beforeEach(async () => {
  viewerKey ??= await keyPair('viewer');
  product = await run(aStandIn(() => ({})));
  user = await run(aStandIn((request) => ({ data: likesOfAll(...idsIn(request)) })));
  await start();
});
const idsAsked = () => user.asked.map(idsIn);

describe('an entity', () => {
  it('is asked for once, whichever operation wants it, and put where it belongs', async () => {
    listed('p2', 'p4');
    await gateway.ask(query);
    listed('p1', 'p2', 'p3', 'p4');
    expect((await gateway.ask(`query Other ${query}`)).body.data).toEqual(shown('p1', 'p2', 'p3', 'p4'));
    listed('p4', 'p3');
    expect((await gateway.ask(query)).body.data).toEqual(shown('p4', 'p3'));
    expect(idsAsked()).toEqual([
      ['p2', 'p4'],
      ['p1', 'p3'],
    ]);
  });

  it('is asked for once when it occurs twice', async () => {
    listed('p1', 'p2', 'p1');
    expect((await gateway.ask(query)).body.data).toEqual(shown('p1', 'p2', 'p1'));
    expect(idsAsked()).toEqual([['p1', 'p2']]);
  });

  it('is another one when other fields of it are wanted', async () => {
    user.answer = (request) =>
      request.query.includes('fans') ? { data: { _entities: [{ fans: 7 }] } } : { data: likesOfAll(...idsIn(request)) };
    listed('p1');
    await gateway.ask(query);
    expect((await gateway.ask('{ products { id fans: likes } }')).body.data).toEqual({
      products: [{ id: 'p1', fans: 7 }],
    });
  });

  it('that is unknown is asked for again: it may be known by then', async () => {
    user.answer = () => ({ data: { _entities: [null] } });
    listed('p1');
    expect((await gateway.ask(query)).body.data).toEqual({ products: [{ id: 'p1', likes: null }] });
    user.answer = (request) => ({ data: likesOfAll(...idsIn(request)) });
    expect((await gateway.ask(query)).body.data).toEqual(shown('p1'));
  });

  it('is still there while its subgraph is not; what is missing is told', async () => {
    listed('p1');
    await gateway.ask(query);
    await user.close();
    listed('p1', 'p2');
    const { body } = await gateway.ask(query);
    expect(body.data).toEqual({ products: [...shown('p1').products, { id: 'p2', likes: null }] });
    expect(body.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'user' } }]);
  });
});

describe('never kept is', () => {
  it.each(['max-age=60, private', 'no-store', 'max-age=60', ''])(
    'an entity that came with "%s"',
    async (cacheControl) => {
      user.answer = (request) => ({ data: likesOfAll(...idsIn(request)), cacheControl });
      listed('p1');
      for (let n = 0; n < 3; n++) expect((await gateway.ask(query)).body.data).toEqual(shown('p1'));
      expect(user.asked).toHaveLength(3);
    },
  );

  it('any entity of an answer with an error, which is told at its place among those that were found', async () => {
    listed('p2');
    await gateway.ask(query);
    const broken = { message: 'Broken.', path: ['_entities', 1, 'likes'], extensions: { code: 'BROKEN' } };
    user.answer = () => ({ data: { _entities: [{ likes: 10 }, { likes: null }] }, errors: [broken] });
    listed('p1', 'p2', 'p3', 'p3');
    const { body } = await gateway.ask(query);
    expect(body.data).toEqual({
      products: [...shown('p1', 'p2').products, { id: 'p3', likes: null }, { id: 'p3', likes: null }],
    });
    expect(body.errors?.map(({ path }) => path)).toEqual([
      ['products', 2, 'likes'],
      ['products', 3, 'likes'],
    ]);
    await gateway.ask(query);
    expect(idsAsked()).toEqual([['p2'], ['p1', 'p3'], ['p1', 'p3']]);
  });

  it('what staff are shown, nor are they shown what was kept', async () => {
    const tokenKey = await keyPair('token');
    const keys = await run(keyServer([tokenKey.publicKey]));
    await start({ ACCESS_TOKEN_JWKS_URL: keys.url });
    const staff = { authorization: `Bearer ${await anAccessToken(tokenKey, { roles: ['STAFF'] })}` };
    listed('p1');
    for (const headers of [staff, {}, staff]) await gateway.ask(query, { headers });
    expect(idsAsked()).toEqual([['p1'], ['p1'], ['p1']]);
  });
});

it('a mutation is followed by a fresh look at what it shows', async () => {
  listed('p1');
  await gateway.ask(query);
  product.answer = () => ({ data: { rename: { __typename: 'Product', id: 'p1' } } });
  user.answer = () => ({ data: { _entities: [{ likes: 11 }] } });
  const renamed = await gateway.ask('mutation { rename(id: "p1", title: "Lantern") { id likes } }');
  expect(renamed.body.data).toEqual({ rename: { id: 'p1', likes: 11 } });
});

it('a client that asks for no-cache gets new entities, and the next one finds those', async () => {
  listed('p1');
  await gateway.ask(query);
  user.answer = () => ({ data: { _entities: [{ likes: 11 }] } });
  const newer = { products: [{ id: 'p1', likes: 11 }] };
  expect((await gateway.ask(query)).body.data).toEqual(shown('p1'));
  expect((await gateway.ask(query, { headers: { 'cache-control': 'no-cache' } })).body.data).toEqual(newer);
  expect((await gateway.ask(query)).body.data).toEqual(newer);
});

it('an answer is kept no longer than the entities that were found for it', async () => {
  await start({ HTTP_CACHE_MAX_AGE_SECONDS: '1000' });
  product.answer = () => ({
    data: { products: [{ __typename: 'Product', id: 'p1' }] },
    cacheControl: 'max-age=300, public',
  });
  const maxAge = async (text: string) => {
    const url = `${gateway.url}/graphql?query=${encodeURIComponent(text)}`;
    const { headers } = await fetch(url, { headers: { 'apollo-require-preflight': 'yes' } });
    return Number(/^public, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '')?.[1]);
  };
  expect(await maxAge('query A { products { id likes } }')).toBe(60);
  const found = await maxAge('query B { products { id likes } }');
  expect(user.asked).toHaveLength(1);
  expect(found).toBeGreaterThan(0);
  expect(found).toBeLessThan(60);
});
