import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aGate, aStandIn, type StandIn, type StandInAnswer } from '../../tests/kit/caching-builders.ts';
import { aGateway, type GatewayFixture, nowhere } from '../../tests/kit/gateway-builders.ts';
import { anAccessToken, type KeyPair, keyPair, keyServer } from '../../tests/kit/token-builders.ts';
import { until } from '../../tests/kit/until.ts';

const lamps: StandInAnswer = { data: { products: [{ id: 'p1', title: 'Lamp' }] } };
const products = '{ products { id title } }';

let viewerKey: KeyPair;
let tokenKey: KeyPair;
let product: StandIn;
let gateway: GatewayFixture;
const running: { close(): Promise<void> }[] = [];
const run = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const started = await starting;
  running.push(started);
  return started;
};

const start = (environment: Record<string, string> = {}) =>
  run(
    aGateway(viewerKey, {
      PRODUCT_SUBGRAPH_URL: product.url,
      USER_SUBGRAPH_URL: nowhere,
      CACHE_INVALIDATION: 'ttl',
      RATE_LIMITS: 'off',
      ...environment,
    }),
  );

beforeEach(async () => {
  viewerKey ??= await keyPair('viewer');
  tokenKey ??= await keyPair('token');
  product = await run(aStandIn(() => lamps));
  const keys = await run(keyServer([tokenKey.publicKey]));
  gateway = await start({ ACCESS_TOKEN_JWKS_URL: keys.url });
});
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.close();
});

const as = async (...roles: string[]) => ({ authorization: `Bearer ${await anAccessToken(tokenKey, { roles })}` });
const timesAsked = async (...questions: (() => Promise<unknown>)[]) => {
  const before = product.asked.length;
  for (const ask of questions) await ask();
  return product.asked.length - before;
};

describe('staff', () => {
  const draft: StandInAnswer = { data: { products: [{ id: 'p0', title: 'Draft' }] } };

  it.each(['STAFF', 'ADMIN'])(
    'leave nothing for others: what %s were shown may be more than the public sees',
    async (role) => {
      product.answer = () => draft;
      await gateway.ask(products, { headers: await as('CUSTOMER', role) });
      product.answer = () => lamps;
      expect((await gateway.ask(products)).body).toEqual(lamps);
    },
  );

  it('find nothing of others: they would miss what only they are shown', async () => {
    await gateway.ask(products);
    product.answer = () => draft;
    expect((await gateway.ask(products, { headers: await as('STAFF') })).body).toEqual(draft);
  });
});

describe('a client that asks for', () => {
  const newer: StandInAnswer = { data: { products: [{ id: 'p1', title: 'Lantern' }] } };

  it('no-cache gets a new answer, and the next one gets it too', async () => {
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

describe('who waits for what another has asked', () => {
  it('asks on their own when that came to nothing', async () => {
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

  it('waits no more once the question is known to be everyone for themselves', async () => {
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
