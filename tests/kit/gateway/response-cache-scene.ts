/** A gateway whose caches only time invalidates, over a product subgraph that a test answers for; fresh for each test. */
import { afterEach, beforeEach } from 'vitest';
import { anAccessToken, type KeyPair, keyPair, keyServer } from '../user/token-builders.ts';
import { aGateway, type GatewayFixture, nowhere } from './builders.ts';
import { aStandIn, closedAfterEach, type StandIn, type StandInAnswer } from './caching-builders.ts';

export const lamps: StandInAnswer = { data: { products: [{ id: 'p1', title: 'Lamp' }] } };
export const products = '{ products { id title } }';

export interface ResponseCacheScene {
  /** In front of `product`. A test may put another in its place, made by `start`. */
  gateway: GatewayFixture;
  product: StandIn;
  /** Closed after the test. */
  readonly run: ReturnType<typeof closedAfterEach>;
  readonly start: (environment?: Record<string, string>) => Promise<GatewayFixture>;
  /** Headers of somebody with these roles. */
  readonly as: (...roles: string[]) => Promise<{ authorization: string }>;
  /** How often the product subgraph was asked for these questions, one after the other. */
  readonly timesAsked: (...questions: (() => Promise<unknown>)[]) => Promise<number>;
}

/** For the whole file that calls it. */
export const responseCacheScene = (): ResponseCacheScene => {
  let viewerKey: KeyPair;
  let tokenKey: KeyPair;
  const run = closedAfterEach(afterEach);
  const scene: Omit<ResponseCacheScene, 'gateway' | 'product'> & Partial<ResponseCacheScene> = {
    run,
    start: (environment = {}) =>
      run(
        aGateway(viewerKey, {
          PRODUCT_SUBGRAPH_URL: made().product.url,
          USER_SUBGRAPH_URL: nowhere,
          CACHE_INVALIDATION: 'ttl',
          RATE_LIMITS: 'off',
          ...environment,
        }),
      ),
    as: async (...roles) => ({ authorization: `Bearer ${await anAccessToken(tokenKey, { roles })}` }),
    timesAsked: async (...questions) => {
      const before = made().product.asked.length;
      for (const ask of questions) await ask();
      return made().product.asked.length - before;
    },
  };
  /** The hook below has run before any test looks. */
  const made = () => scene as ResponseCacheScene;

  beforeEach(async () => {
    viewerKey ??= await keyPair('viewer');
    tokenKey ??= await keyPair('token');
    scene.product = await run(aStandIn(() => lamps));
    const keys = await run(keyServer([tokenKey.publicKey]));
    scene.gateway = await scene.start({ ACCESS_TOKEN_JWKS_URL: keys.url });
  });
  return made();
};
