import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ApiKeyVerdict, apiKeyHash, writeApiKey } from '#contracts/api-key.ts';
import { type ApiKeyId, newId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { aGateway, aSubgraph, type GatewayFixture, type SubgraphFixture } from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { seriesOf } from '#kit/observability/series.ts';
import { type IdentityFixture, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import { createMetrics, type Registry } from '#platform/observability/metrics.ts';
import { apiKeys } from './api-keys.ts';
import type { Authentication } from './credentials.ts';
import { type Denials, noDenials } from './denials.ts';

const aKey = (id: ApiKeyId = newId('ApiKey')) => {
  const text = writeApiKey(id, randomBytes(20));
  return { id, text, hash: apiKeyHash(text) };
};
const valid = (id: ApiKeyId, expiresInSeconds: number | null = null): ApiKeyVerdict => ({
  valid: true,
  id,
  permissions: ['stock:write'],
  expiresInSeconds,
});

let server: IdentityFixture;
let tokenKey: KeyPair;
beforeAll(async () => {
  tokenKey = await keyPair('token');
});
beforeEach(async () => {
  server = await keyServer([tokenKey.publicKey]);
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

describe('a verdict', () => {
  let denied: Set<string>;
  let floor: number | undefined;
  let listeners: Set<() => void>;
  let metrics: Registry;
  let authenticate: (key: string) => Promise<Authentication>;
  const key = aKey();

  beforeEach(() => {
    [denied, floor, listeners, metrics] = [new Set(), undefined, new Set(), createMetrics('gateway')];
    const denials: Denials = {
      ...noDenials,
      isDenied: ({ to }) => to.some((subject) => denied.has(subject)),
      floor: () => floor,
      onDenied: (listener) => {
        listeners.add(listener);
        return () => undefined;
      },
    };
    authenticate = apiKeys({ url: `${server.url}/api-keys/verify`, denials, metrics, log: recordedLog().log });
    server.apiKeys.set(key.hash, valid(key.id));
  });
  const outcome = async (text = key.text) => {
    const result = await authenticate(text);
    return result.ok ? result.value.viewer : result.failure.kind;
  };
  const tell = () => {
    for (const listener of listeners) listener();
  };
  /** Of what is measured by a monotonic clock. */
  const afterMs = (ms: number) => {
    if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(ms);
  };
  const viewer: Viewer = { kind: 'apiKey', id: key.id, permissions: ['stock:write'] };

  it('is asked for once a minute, however many requests come, at once or one after the other', async () => {
    afterMs(0);
    expect(await Promise.all(Array.from({ length: 20 }, () => outcome()))).toEqual(Array(20).fill(viewer));
    expect(await outcome()).toEqual(viewer);
    expect(server.verifications).toEqual([key.hash]);
    afterMs(59_000);
    await outcome();
    expect(server.verifications).toHaveLength(1);
    afterMs(1_000);
    expect(await outcome()).toEqual(viewer);
    expect(server.verifications).toHaveLength(2);
  });

  it('about an unknown key is kept for five seconds, and then the key may be there', async () => {
    afterMs(0);
    const later = aKey();
    expect([await outcome(later.text), await outcome(later.text)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    expect(server.verifications).toEqual([later.hash]);
    server.apiKeys.set(later.hash, valid(later.id));
    afterMs(5_001);
    expect(await outcome(later.text)).toMatchObject({ kind: 'apiKey', id: later.id });
  });

  it('on a key that was withdrawn without a denial ends with its minute', async () => {
    afterMs(0);
    await outcome();
    server.apiKeys.delete(key.hash);
    expect(await outcome()).toEqual(viewer);
    afterMs(60_000);
    expect(await outcome()).toBe('UNAUTHENTICATED');
  });

  it('ends when the key expires, be it within the minute', async () => {
    afterMs(0);
    server.apiKeys.set(key.hash, valid(key.id, 10));
    await outcome();
    server.apiKeys.set(key.hash, { valid: false });
    afterMs(9_999);
    expect(await outcome()).toEqual(viewer);
    afterMs(1);
    expect(await outcome()).toBe('UNAUTHENTICATED');
  });

  it('says when the key expires, however long ago it was given', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
    const expiresAt = Date.now() + 30_000;
    server.apiKeys.set(key.hash, valid(key.id, 30));
    const expiry = async (text: string) => {
      const result = await authenticate(text);
      return result.ok && result.value.expiresAt;
    };
    expect(await expiry(key.text)).toBe(expiresAt);
    vi.advanceTimersByTime(10_000);
    expect(await expiry(key.text)).toBe(expiresAt);
    const lasting = aKey();
    server.apiKeys.set(lasting.hash, valid(lasting.id));
    expect(await expiry(lasting.text)).toBeUndefined();
  });

  it('is asked about no key with a wrong checksum, or that is cut off', async () => {
    const mistyped = key.text.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect([await outcome(mistyped), await outcome(key.text.slice(0, -1))]).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
    ]);
    expect(server.verifications).toEqual([]);
  });

  it('is kept for a quarter of an hour while the service is away, and nothing is known of other keys', async () => {
    afterMs(0);
    await outcome();
    await server.close();
    afterMs(60_000);
    expect([await outcome(), await outcome(aKey().text)]).toEqual([viewer, 'AUTHENTICATION_UNAVAILABLE']);
    afterMs(839_999);
    expect(await outcome()).toEqual(viewer);
    afterMs(1);
    expect(await outcome()).toBe('AUTHENTICATION_UNAVAILABLE');
  });

  it('does not outlive a denial, neither while the service is away nor when the denial is forgotten', async () => {
    afterMs(0);
    await outcome();
    await server.close();
    denied.add(key.id);
    expect(await outcome()).toBe('UNAUTHENTICATED');
    tell();
    denied.delete(key.id);
    expect(await outcome()).toBe('AUTHENTICATION_UNAVAILABLE');
  });

  /** Asks, and lets `meanwhile` happen while the verdict is on its way. */
  const overtaken = async (text: string, meanwhile: () => void) => {
    const gate = Promise.withResolvers<void>();
    server.beforeVerdict = () => gate.promise;
    const before = server.verifications.length;
    const asking = outcome(text);
    await until('asked', () => server.verifications.length > before);
    meanwhile();
    gate.resolve();
    return asking;
  };

  it('that was on its way when the denial came is not accepted', async () => {
    const asking = overtaken(key.text, () => denied.add(key.id));
    expect(await asking).toBe('UNAUTHENTICATED');
  });

  it('from before a floor says nothing: neither one that is kept nor one that is on its way', async () => {
    await outcome();
    const other = aKey();
    server.apiKeys.set(other.hash, valid(other.id));
    const asking = overtaken(other.text, () => {
      floor = Date.now();
      tell();
    });
    expect(await asking).toBe('AUTHENTICATION_UNAVAILABLE');
    expect([await outcome(), await outcome(other.text)]).toMatchObject([viewer, { id: other.id }]);
    expect(server.verifications).toEqual([key.hash, other.hash, key.hash, other.hash]);
  });

  it('about invented keys is asked for a few at a time: a flood is shed, and known keys go on', async () => {
    await outcome();
    let [open, most] = [0, 0];
    const gate = Promise.withResolvers<void>();
    server.beforeVerdict = async () => {
      open++;
      most = Math.max(most, open);
      await gate.promise;
      open--;
    };
    const flood = Promise.all(Array.from({ length: 500 }, () => outcome(aKey().text)));
    await until('as many as may', () => most >= 8);
    expect(await outcome()).toEqual(viewer);
    gate.resolve();
    const outcomes = await flood;
    expect(most).toBe(8);
    expect(outcomes.filter((each) => each === 'UNAUTHENTICATED')).toHaveLength(108);
    expect(outcomes.filter((each) => each === 'AUTHENTICATION_UNAVAILABLE')).toHaveLength(392);
    expect(await seriesOf(metrics)).toMatchObject({
      'agora_gateway_api_key_verifications_total{outcome="valid",service="gateway"}': 1,
      'agora_gateway_api_key_verifications_total{outcome="invalid",service="gateway"}': 108,
      'agora_gateway_api_key_verifications_total{outcome="shed",service="gateway"}': 392,
    });
  });
});

describe('at a gateway', () => {
  let user: SubgraphFixture;
  let gateway: GatewayFixture;
  const running: GatewayFixture[] = [];
  beforeAll(async () => {
    const resolvers = {
      Query: { whoAmI: (_: unknown, __: unknown, { viewer }: { viewer: Viewer }) => JSON.stringify(viewer) },
    };
    user = await aSubgraph('user', resolvers);
  });
  afterAll(() => user.close());
  afterEach(async () => {
    for (const each of running.splice(0)) await each.close();
  });
  const start = async (environment: Record<string, string> = {}) => {
    gateway = await aGateway({ USER_SUBGRAPH_URL: user.url, ACCESS_TOKEN_JWKS_URL: server.url, ...environment });
    running.push(gateway);
  };
  const ask = async (key: string) => {
    const { status, body } = await gateway.ask('{ whoAmI }', { headers: { authorization: `Bearer ${key}` } });
    const seen = body.data?.whoAmI;
    return typeof seen === 'string' ? JSON.parse(seen) : [status, body.errors?.[0]?.extensions.code];
  };
  const refused = [401, 'UNAUTHENTICATED'];

  it('a key is a viewer with its permissions, but those that this release does not know', async () => {
    await start();
    const key = aKey();
    server.apiKeys.set(key.hash, {
      ...valid(key.id),
      permissions: ['stock:write', 'teapots:brew'],
    } as unknown as ApiKeyVerdict);
    expect(await ask(key.text)).toEqual({ kind: 'apiKey', id: key.id, permissions: ['stock:write'] });
  });

  it('a key that is invalid, revoked or mistyped gets a 401, and is nobody', async () => {
    await start();
    const key = aKey();
    server.apiKeys.set(key.hash, valid(key.id));
    expect([await ask(aKey().text), await ask('agk_1'), await ask(`${key.text}0`)]).toEqual([
      refused,
      refused,
      refused,
    ]);
    expect(await ask(key.text)).toMatchObject({ kind: 'apiKey' });
    server.deny(key.id);
    await until('revoked', async () => Array.isArray(await ask(key.text)));
    expect(await ask(key.text)).toEqual(refused);
  });

  it('a key is refused where there are none', async () => {
    await start({ API_KEYS_URL: 'off' });
    const key = aKey();
    server.apiKeys.set(key.hash, valid(key.id));
    expect(await ask(key.text)).toEqual(refused);
    expect(server.verifications).toEqual([]);
  });
});
