import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Viewer } from '#contracts/viewer.ts';
import { aGateway, aSubgraph, type GatewayFixture, nowhere, type SubgraphFixture } from '#kit/gateway/gateway.ts';
import { anAccessToken, httpServer, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import { accessTokenKeys, authenticator, noApiKeys } from './authentication.ts';
import { noDenials } from './denials.ts';

const resolvers = {
  Query: { me: (_: unknown, __: unknown, { viewer }: { viewer: Viewer }) => viewer.kind },
};

let tokenKey: KeyPair;
let user: SubgraphFixture;

beforeAll(async () => {
  tokenKey = await keyPair('token');
  user = await aSubgraph('user', resolvers);
});
afterAll(() => user.close());
afterEach(() => void vi.useRealTimers());

const withGateway = async (jwksUrl: string, test: (gateway: GatewayFixture) => Promise<void>): Promise<void> => {
  const gateway = await aGateway({
    USER_SUBGRAPH_URL: user.url,
    ACCESS_TOKEN_JWKS_URL: jwksUrl,
  });
  try {
    await test(gateway);
  } finally {
    await gateway.close();
  }
};

/** Whom the subgraph saw, or what the gateway said instead. */
const answer = async ({ ask }: GatewayFixture, token?: string): Promise<unknown> => {
  const { status, body } = await ask('{ me }', { headers: token ? { authorization: `Bearer ${token}` } : {} });
  return body.data?.me ?? [status, body.errors?.[0]?.extensions.code];
};

describe('while the user subgraph is down', () => {
  it('guests are served, and requests with tokens get a 503', async () => {
    await withGateway(nowhere, async (gateway) => {
      expect(await answer(gateway)).toBe('guest');
      expect(await answer(gateway, await anAccessToken(tokenKey))).toEqual([503, 'AUTHENTICATION_UNAVAILABLE']);
    });
  });

  it('tokens work again soon after it is back', async () => {
    const later = await httpServer(() => {});
    await later.close();
    vi.useFakeTimers({ toFake: ['performance'] });
    await withGateway(later.url, async (gateway) => {
      const token = await anAccessToken(tokenKey);
      expect(await answer(gateway, token)).toEqual([503, 'AUTHENTICATION_UNAVAILABLE']);
      const keys = await keyServer([tokenKey.publicKey], Number(new URL(later.url).port));
      expect(await answer(gateway, token)).toEqual([503, 'AUTHENTICATION_UNAVAILABLE']);
      vi.advanceTimersByTime(1_050);
      await until('tokens work', async () => (await answer(gateway, token)) === 'user');
      await keys.close();
    });
  });

  it('old and new tokens are verified with the last known keys', async () => {
    const keys = await keyServer([tokenKey.publicKey]);
    await withGateway(keys.url, async (gateway) => {
      expect(await answer(gateway, await anAccessToken(tokenKey))).toBe('user');
      await keys.close();
      expect(await answer(gateway, await anAccessToken(tokenKey))).toBe('user');
    });
  });
});

it('the keys are fetched before the first client comes', async () => {
  const keys = await keyServer([tokenKey.publicKey]);
  await withGateway(keys.url, async () => {
    expect(keys.asked()).toBe(1);
  });
  await keys.close();
});

it('the keys are fetched once, however many unknown key ids come', async () => {
  const keys = await keyServer([tokenKey.publicKey]);
  await withGateway(keys.url, async (gateway) => {
    expect(await answer(gateway, await anAccessToken(tokenKey))).toBe('user');
    const token = await anAccessToken(await keyPair('made-up'));
    await Promise.all(Array.from({ length: 20 }, () => answer(gateway, token)));
    expect(keys.asked()).toBe(1);
  });
  await keys.close();
});

it('a refresh adds the next key before it signs, and drops a withdrawn one', async () => {
  const next = await keyPair('next');
  const published = [tokenKey.publicKey];
  const server = await keyServer(published);
  const { find, refresh } = accessTokenKeys(server.url);
  const authenticate = authenticator({ keys: find, denials: noDenials, apiKeys: noApiKeys });
  const isGood = async (key: KeyPair) => (await authenticate(`Bearer ${await anAccessToken(key)}`)).ok;
  expect([await isGood(tokenKey), await isGood(next)]).toEqual([true, false]);
  published.push(next.publicKey);
  await refresh.run();
  expect([await isGood(tokenKey), await isGood(next)]).toEqual([true, true]);
  published.shift();
  await refresh.run();
  expect([await isGood(tokenKey), await isGood(next)]).toEqual([false, true]);
  await server.close();
});
