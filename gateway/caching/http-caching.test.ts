import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aFakeSubgraph, type FakeAnswer, type FakeSubgraph } from '#kit/gateway/fake-subgraph.ts';
import { aGateway, type GatewayFixture } from '#kit/gateway/gateway.ts';
import { anAccessToken, keyPair, keyServer } from '#kit/user/token-builders.ts';

let product: FakeSubgraph;
let user: FakeSubgraph;
let gateway: GatewayFixture;
const tokenKey = await keyPair('token');
const running: { close(): Promise<void> }[] = [];
const run = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const started = await starting;
  running.push(started);
  return started;
};

beforeEach(async () => {
  product = await run(aFakeSubgraph(() => lamps('max-age=60, public')));
  user = await run(aFakeSubgraph(() => ada('max-age=90, public')));
  const keys = await run(keyServer([tokenKey.publicKey]));
  gateway = await run(
    aGateway({
      PRODUCT_SUBGRAPH_URL: product.url,
      USER_SUBGRAPH_URL: user.url,
      ACCESS_TOKEN_JWKS_URL: keys.url,
      RESPONSE_CACHE: 'off',
      ENTITY_CACHE: 'off',
      RATE_LIMITS: 'off',
      HTTP_CACHE_MAX_AGE_SECONDS: '3600',
    }),
  );
});
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.close();
});

const lamps = (cacheControl: string): FakeAnswer => ({ data: { products: [] }, cacheControl });
const ada = (cacheControl: string): FakeAnswer => ({ data: { me: 'Ada' }, cacheControl });
const both = '{ products { id } me }';
const get = async (query = both, headers: Record<string, string> = {}, url = gateway.url) =>
  (
    await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { 'apollo-require-preflight': 'yes', ...headers },
    })
  ).headers;

describe('outside the gateway, by GET,', () => {
  it.each([
    ['max-age=60, public', 'max-age=90, public', 'public, max-age=60'],
    ['public, MAX-AGE="90"', 'max-age=30, public', 'public, max-age=30'],
    ['max-age=60, public', 'max-age=90, private', 'no-store'],
    ['max-age=60, public', 'max-age=90', 'no-store'],
    ['max-age=60, public', 'max-age=60, public, no-store', 'no-store'],
    ['max-age=60, public', 'max-age=60, public, no-cache', 'no-store'],
    ['max-age=60, public', 'max-age=0, public', 'no-store'],
    ['max-age=60, public', '', 'no-store'],
  ])('a response of "%s" and "%s" may be cached: %s', async (ofProduct, ofUser, ofBoth) => {
    product.answer = () => lamps(ofProduct);
    user.answer = () => ada(ofUser);
    expect((await get()).get('cache-control')).toBe(ofBoth);
  });

  it('partial responses are not cached', async () => {
    product.answer = () => ({ errors: [{ message: 'Gone.', extensions: { code: 'GONE' } }] });
    expect((await get()).get('cache-control')).toBe('no-store');
    await user.close();
    expect((await get('{ me }')).get('cache-control')).toBe('no-store');
  });

  it('responses to tokens or cookies are not cached', async () => {
    const authorization = `Bearer ${await anAccessToken(tokenKey)}`;
    expect((await get(both, { authorization })).get('cache-control')).toBe('no-store');
    expect((await get(both, { cookie: 'session=1' })).get('cache-control')).toBe('no-store');
  });

  it('a response varies by token and media type', async () => {
    expect((await get()).get('vary')?.split(/, */)).toEqual(expect.arrayContaining(['authorization', 'accept']));
  });

  it('responses are cached no longer than configured', async () => {
    const short = await run(aGateway({ PRODUCT_SUBGRAPH_URL: product.url, RATE_LIMITS: 'off' }));
    expect((await get('{ products { id } }', {}, short.url)).get('cache-control')).toBe('public, max-age=1');
  });

  it('neither introspection nor errors are cached', async () => {
    expect((await get('{ __typename }')).get('cache-control')).toBe('no-store');
    expect((await get('{ nonsense }')).get('cache-control')).toBe('no-store');
  });
});

it('responses to POST are never cached outside', async () => {
  expect((await gateway.ask(both)).headers.get('cache-control')).toBe('no-store');
});
