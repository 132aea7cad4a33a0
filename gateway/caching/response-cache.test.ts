import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import type { BuiltInRole } from '#contracts/permissions.ts';
import {
  aFakeSubgraph,
  aGate,
  closedAfterEach,
  type FakeAnswer,
  type FakeSubgraph,
} from '#kit/gateway/fake-subgraph.ts';
import { aGateway, type GatewayFixture } from '#kit/gateway/gateway.ts';
import { anAccessToken, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';

const lamps: FakeAnswer = { data: { products: [{ id: 'p1', title: 'Lamp' }] } };
const products = '{ products { id title } }';

let tokenKey: KeyPair;
/** In front of `product`, with caches that expire by time only. */
let gateway: GatewayFixture;
let product: FakeSubgraph;
const run = closedAfterEach(afterEach);

beforeEach(async () => {
  tokenKey ??= await keyPair('token');
  product = await run(aFakeSubgraph(() => lamps));
  const keys = await run(keyServer([tokenKey.publicKey]));
  gateway = await start({ ACCESS_TOKEN_JWKS_URL: keys.url });
});

const start = (environment: Record<string, string> = {}): Promise<GatewayFixture> =>
  run(
    aGateway({
      PRODUCT_SUBGRAPH_URL: product.url,
      CACHE_INVALIDATION: 'ttl',
      RATE_LIMITS: 'off',
      ...environment,
    }),
  );
/** Headers of somebody with these roles. */
const as = async (...roles: BuiltInRole[]) => ({ authorization: `Bearer ${await anAccessToken(tokenKey, { roles })}` });
/** How often the product subgraph is called by these, run one after the other. */
const timesAsked = async (...questions: (() => Promise<unknown>)[]): Promise<number> => {
  const before = product.asked.length;
  for (const ask of questions) await ask();
  return product.asked.length - before;
};

describe('a public query', () => {
  it('is executed once, however it is formatted', async () => {
    const answers = [await gateway.ask(products), await gateway.ask('query {\n  products { id, title } # again\n}')];
    expect(answers.map(({ body }) => body)).toEqual([lamps, lamps]);
    expect(answers.map(({ headers }) => headers.get('x-cache'))).toEqual(['miss', 'hit']);
    expect(product.asked).toHaveLength(1);
  });

  it('differs by its variables, and not by undeclared ones', async () => {
    const query = 'query ($id: ID!) { product(id: $id) { title } }';
    product.answer = ({ variables }) => ({ data: { product: { title: `Lamp ${variables?.id}` } } });
    const ask = (variables: object) => gateway.ask(query, { variables });
    expect((await ask({ id: 'p1' })).body.data).toEqual({ product: { title: 'Lamp p1' } });
    expect((await ask({ id: 'p2' })).body.data).toEqual({ product: { title: 'Lamp p2' } });
    expect((await ask({ id: 'p2', junk: 1 })).headers.get('x-cache')).toBe('hit');
  });

  it('differs by the operation of a document', async () => {
    product.answer = ({ query }) => (query.includes('title') ? lamps : { data: { products: [{ id: 'p1' }] } });
    const document = 'query Titles { products { id title } } query Ids { products { id } }';
    const [titles, ids] = [
      await gateway.ask(document, { operationName: 'Titles' }),
      await gateway.ask(document, { operationName: 'Ids' }),
    ];
    expect([titles.body.data, ids.body.data]).toEqual([lamps.data, { products: [{ id: 'p1' }] }]);
  });

  it('is shared by guests, with a session or without, and customers', async () => {
    const customer = await as('CUSTOMER');
    const withSession = { authorization: `Bearer ${await anAccessToken(tokenKey, { sub: newId('Guest') })}` };
    const another = { authorization: `Bearer ${await anAccessToken(tokenKey, { sub: newId('Guest') })}` };
    expect(
      await timesAsked(
        () => gateway.ask(products, { headers: withSession }),
        () => gateway.ask(products, { headers: another }),
        () => gateway.ask(products),
        () => gateway.ask(products, { headers: customer }),
      ),
    ).toBe(1);
  });

  it('is executed once when many send it at the same time', async () => {
    const gate = aGate();
    product.answer = () => gate.opened.then(() => lamps);
    const customer = await as('CUSTOMER');
    const asking = Array.from({ length: 20 }, (_, n) => gateway.ask(products, n % 2 ? { headers: customer } : {}));
    await until('asked', () => product.asked.length > 0);
    gate.open();
    for (const { body } of await Promise.all(asking)) expect(body).toEqual(lamps);
    expect(product.asked).toHaveLength(1);
  });
});

describe('never cached is', () => {
  const answers: Record<string, FakeAnswer> = {
    'an answer with an error': {
      data: { products: null },
      errors: [{ message: 'Gone.', extensions: { code: 'GONE' } }],
    },
    'an answer for one viewer': { ...lamps, cacheControl: 'max-age=60, private' },
    'an answer that does not say for whom it is': { ...lamps, cacheControl: 'max-age=60' },
    'an answer that is over at once': { ...lamps, cacheControl: 'max-age=0, public' },
    'an answer that says nothing of caching': { ...lamps, cacheControl: '' },
  };
  it.each(Object.entries(answers))('%s', async (_, answer) => {
    product.answer = () => answer;
    const ask = () => gateway.ask(products);
    expect(await timesAsked(ask, ask, ask)).toBe(3);
  });

  it('the response of a mutation', async () => {
    product.answer = () => ({ data: { rename: { title: 'Lamp' } } });
    const rename = () => gateway.ask('mutation { rename(id: "p1", title: "Lamp") { title } }');
    expect(await timesAsked(rename, rename)).toBe(2);
  });

  it('a public answer merged with a private one', async () => {
    const user = await run(aFakeSubgraph(() => ({ data: { me: 'Ada' }, cacheControl: 'max-age=60, private' })));
    gateway = await start({ USER_SUBGRAPH_URL: user.url });
    const ask = () => gateway.ask(`{ products { id title } me }`);
    expect(await timesAsked(ask, ask)).toBe(2);
  });

  it('an answer with headers for its client', async () => {
    gateway = await start({ FORWARD_RESPONSE_HEADERS: 'x-basket' });
    product.answer = () => ({ ...lamps, headers: { 'x-basket': '7' } });
    for (let n = 0; n < 2; n++) expect((await gateway.ask(products)).headers.get('x-basket')).toBe('7');
  });

  it('a query with forwarded client headers', async () => {
    gateway = await start({ FORWARD_REQUEST_HEADERS: 'x-country' });
    const ask = (country: string) => () => gateway.ask(products, { headers: { 'x-country': country } });
    expect(await timesAsked(ask('de'), ask('de'), ask('fr'))).toBe(3);
  });

  it('anything while the cache is off', async () => {
    gateway = await start({ RESPONSE_CACHE: 'off', ENTITY_CACHE: 'off' });
    const ask = () => gateway.ask(products);
    expect(await timesAsked(ask, ask)).toBe(2);
  });

  it('anything where no change notifications arrive, unless configured', async () => {
    gateway = await start({ CACHE_INVALIDATION: 'events' });
    const ask = () => gateway.ask(products);
    expect(await timesAsked(ask, ask)).toBe(2);
    expect(gateway.lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('caches are off'));
  });
});

describe('staff', () => {
  const draft: FakeAnswer = { data: { products: [{ id: 'p0', title: 'Draft' }] } };

  it.each(['STAFF', 'ADMIN'] as const)('leave nothing for others: %s may see more than the public', async (role) => {
    product.answer = () => draft;
    await gateway.ask(products, { headers: await as('CUSTOMER', role) });
    product.answer = () => lamps;
    expect((await gateway.ask(products)).body).toEqual(lamps);
  });

  it('find nothing of others: they would miss what only they may see', async () => {
    await gateway.ask(products);
    product.answer = () => draft;
    expect((await gateway.ask(products, { headers: await as('STAFF') })).body).toEqual(draft);
  });
});

describe('a client that asks for', () => {
  const newer: FakeAnswer = { data: { products: [{ id: 'p1', title: 'Lantern' }] } };

  it('no-cache gets a fresh answer, and so does the next one', async () => {
    await gateway.ask(products);
    product.answer = () => newer;
    expect((await gateway.ask(products)).body).toEqual(lamps);
    expect((await gateway.ask(products, { headers: { 'cache-control': 'no-cache' } })).body).toEqual(newer);
    expect((await gateway.ask(products)).body).toEqual(newer);
  });

  it('no-store leaves nothing', async () => {
    const ask = () => gateway.ask(products, { headers: { 'cache-control': 'no-store' } });
    expect(await timesAsked(ask, () => gateway.ask(products))).toBe(2);
  });
});

describe('a query that waits for an identical one', () => {
  it('is executed by itself when there was nothing to share', async () => {
    const gate = aGate();
    let failed = 0;
    product.answer = async () => {
      await gate.opened;
      return failed++ ? lamps : { data: null, errors: [{ message: 'Once.', extensions: { code: 'GONE' } }] };
    };
    const asking = Array.from({ length: 5 }, () => gateway.ask(products));
    await until('asked', () => product.asked.length > 0);
    gate.open();
    const errors = (await Promise.all(asking)).filter(({ body }) => body.errors);
    expect(errors).toHaveLength(1);
  });

  it('waits no more once the operation is known to be private', async () => {
    product.answer = () => ({ ...lamps, cacheControl: 'no-store' });
    const [one, other] = [await as('CUSTOMER'), await as('CUSTOMER')];
    await gateway.ask(products, { headers: one });
    const gate = aGate();
    product.answer = () => gate.opened.then(() => ({ ...lamps, cacheControl: 'no-store' }));
    const asking = [one, other].map((headers) => gateway.ask(products, { headers }));
    await until('both asked, though neither was answered', () => product.asked.length === 3);
    gate.open();
    await Promise.all(asking);
  });
});
