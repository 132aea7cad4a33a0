import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aFakeSubgraph, closedAfterEach, type FakeSubgraph, idsIn } from '#kit/gateway/fake-subgraph.ts';
import { aGateway, type GatewayFixture } from '#kit/gateway/gateway.ts';
import { anAccessToken, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { entityFetch, entitySelection, mergeEntities, missingEntities } from './entity-cache.ts';

// Products come from one subgraph, uncacheable, so that each request reaches the other: how many like a product.
let product: FakeSubgraph;
let user: FakeSubgraph;
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
    aGateway({
      PRODUCT_SUBGRAPH_URL: product.url,
      USER_SUBGRAPH_URL: user.url,
      CACHE_INVALIDATION: 'ttl',
      RATE_LIMITS: 'off',
      ...environment,
    }),
  );
};

beforeEach(async () => {
  product = await run(aFakeSubgraph(() => ({})));
  user = await run(aFakeSubgraph((request) => ({ data: likesOfAll(...idsIn(request)) })));
  await start();
});
const idsAsked = () => user.asked.map(idsIn);

describe('an entity', () => {
  it('is fetched once for all operations, and put in its position', async () => {
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

  it('is fetched once when it occurs twice', async () => {
    listed('p1', 'p2', 'p1');
    expect((await gateway.ask(query)).body.data).toEqual(shown('p1', 'p2', 'p1'));
    expect(idsAsked()).toEqual([['p1', 'p2']]);
  });

  it('is a different one with other fields', async () => {
    user.answer = (request) =>
      request.query.includes('fans') ? { data: { _entities: [{ fans: 7 }] } } : { data: likesOfAll(...idsIn(request)) };
    listed('p1');
    await gateway.ask(query);
    expect((await gateway.ask('{ products { id fans: likes } }')).body.data).toEqual({
      products: [{ id: 'p1', fans: 7 }],
    });
  });

  it('is fetched again when unknown: it may exist by then', async () => {
    user.answer = () => ({ data: { _entities: [null] } });
    listed('p1');
    expect((await gateway.ask(query)).body.data).toEqual({ products: [{ id: 'p1', likes: null }] });
    user.answer = (request) => ({ data: likesOfAll(...idsIn(request)) });
    expect((await gateway.ask(query)).body.data).toEqual(shown('p1'));
  });

  it('is served while its subgraph is down, with errors for the missing parts', async () => {
    listed('p1');
    await gateway.ask(query);
    await user.close();
    listed('p1', 'p2');
    const { body } = await gateway.ask(query);
    expect(body.data).toEqual({ products: [...shown('p1').products, { id: 'p2', likes: null }] });
    expect(body.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'user' } }]);
  });
});

describe('never cached is', () => {
  it.each(['max-age=60, private', 'no-store', 'max-age=60', ''])(
    'an entity that came with "%s"',
    async (cacheControl) => {
      user.answer = (request) => ({ data: likesOfAll(...idsIn(request)), cacheControl });
      listed('p1');
      for (let n = 0; n < 3; n++) expect((await gateway.ask(query)).body.data).toEqual(shown('p1'));
      expect(user.asked).toHaveLength(3);
    },
  );

  it('any entity of an answer with errors, which keep their positions among the cached ones', async () => {
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

  it('what staff see, nor do they see what is cached', async () => {
    const tokenKey = await keyPair('token');
    const keys = await run(keyServer([tokenKey.publicKey]));
    await start({ ACCESS_TOKEN_JWKS_URL: keys.url });
    const staff = { authorization: `Bearer ${await anAccessToken(tokenKey, { roles: ['STAFF'] })}` };
    listed('p1');
    for (const headers of [staff, {}, staff]) await gateway.ask(query, { headers });
    expect(idsAsked()).toEqual([['p1'], ['p1'], ['p1']]);
  });
});

it('a mutation is followed by a fresh read of what it returns', async () => {
  listed('p1');
  await gateway.ask(query);
  product.answer = () => ({ data: { rename: { __typename: 'Product', id: 'p1' } } });
  user.answer = () => ({ data: { _entities: [{ likes: 11 }] } });
  const renamed = await gateway.ask('mutation { rename(id: "p1", title: "Lantern") { id likes } }');
  expect(renamed.body.data).toEqual({ rename: { id: 'p1', likes: 11 } });
});

it('no-cache gets fresh entities, which the next client finds', async () => {
  listed('p1');
  await gateway.ask(query);
  user.answer = () => ({ data: { _entities: [{ likes: 11 }] } });
  const newer = { products: [{ id: 'p1', likes: 11 }] };
  expect((await gateway.ask(query)).body.data).toEqual(shown('p1'));
  expect((await gateway.ask(query, { headers: { 'cache-control': 'no-cache' } })).body.data).toEqual(newer);
  expect((await gateway.ask(query)).body.data).toEqual(newer);
});

it('a response expires no later than the cached entities in it', async () => {
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

const entityQuery =
  'query Page__user__1($representations:[_Any!]!){_entities(representations:$representations){...on Product{likes}}}';
const of = (...ids: string[]) => ({ representations: ids.map((id) => ({ __typename: 'Product', id })) });
const fetchOf = (text: string, variables: Record<string, unknown>, subgraph = 'user') => {
  const fetch = entityFetch(subgraph, { query: text, variables }, entitySelection(text) ?? '');
  if (!fetch) throw new Error('it is one');
  return fetch;
};

describe('the key of an entity', () => {
  const [key] = fetchOf(entityQuery, of('p1')).keys;

  it('is the same for every operation with the same selection', () => {
    expect(fetchOf(entityQuery.replace('Page__user__1', 'Other__user__3'), of('p2', 'p1')).keys[1]).toBe(key);
  });

  it.each([
    ['subgraph', fetchOf(entityQuery, of('p1'), 'order')],
    ['entity', fetchOf(entityQuery, of('p2'))],
    ['field', fetchOf(entityQuery.replace('likes', 'likes fans'), of('p1'))],
    ['argument', fetchOf(entityQuery, { ...of('p1'), currency: 'EUR' })],
  ])('differs for another %s', (_, { keys }) => {
    expect(keys[0]).not.toBe(key);
  });
});

describe('no entity fetch is', () => {
  it.each([
    ['a query of the root', '{products{id}}'],
    [
      "a client's field that it calls so",
      'query($representations:[ID!]!){_entities:products(ids:$representations){id}}',
    ],
    ['one with more beside it', `{_entities(representations:[]){...on Product{likes}} me}`],
  ])('%s', (_, text) => {
    expect(entitySelection(text)).toBeUndefined();
  });

  it('a fetch without representations', () => {
    expect(entityFetch('user', { query: entityQuery }, entityQuery)).toBeUndefined();
  });
});

describe('a merged answer', () => {
  const fetch = fetchOf(entityQuery, of('p1', 'p2', 'p3', 'p1'));
  const found = [undefined, { value: '{"likes":20}', sources: ['user'], remainingMs: 30_900 }, undefined, undefined];
  const rest = missingEntities(fetch, found);

  it('fetches only missing entities, each once', () => {
    expect(rest.request.variables).toEqual(of('p1', 'p3'));
    expect(rest.places).toEqual([[0, 3], [2]]);
  });

  it('has each entity at its positions, as objects of their own', () => {
    const one = { likes: 10 };
    const { data } = mergeEntities(found, rest, { data: { _entities: [one, null] } });
    expect(data).toEqual({ _entities: [{ likes: 10 }, { likes: 20 }, null, { likes: 10 }] });
    const entities = data?._entities as object[];
    expect(entities[0]).not.toBe(entities[3]);
  });

  it.each([
    ['max-age=60, public', 'max-age=30, public'],
    ['max-age=10, public', 'max-age=10, public'],
    ['max-age=60, private', 'max-age=30, private'],
    [undefined, 'max-age=0, private'],
  ])('of "%s" and an entity with 30 s left is cacheable as "%s"', (cacheControl, whole) => {
    const answer = { data: { _entities: [{}, {}] }, cacheControl };
    expect(mergeEntities(found, rest, answer).cacheControl).toBe(whole);
  });

  it('has the cached entities when the rest fails, and the errors', () => {
    const errors = [{ message: 'Away.', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }];
    expect(mergeEntities(found, rest, { errors })).toMatchObject({
      data: { _entities: [null, { likes: 20 }, null, null] },
      errors,
    });
  });

  it('is the bare failure when nothing was cached', () => {
    const errors = [{ message: 'Away.' }];
    const nothing = fetch.keys.map(() => undefined);
    expect(mergeEntities(nothing, missingEntities(fetch, nothing), { errors })).toEqual({ errors });
  });

  it('rejects a list of another length', () => {
    const { data } = mergeEntities(found, rest, { data: { _entities: [{ likes: 1 }] } });
    expect(data).toEqual({ _entities: [null, { likes: 20 }, null, null] });
  });
});
