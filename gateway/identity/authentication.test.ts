import { decodeJwt, importJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import {
  aGateway,
  aSubgraph,
  type GatewayFixture,
  type GatewayReply,
  type SubgraphFixture,
} from '#kit/gateway/gateway.ts';
import { anAccessToken, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { permissionsOf } from '#kit/user/viewers.ts';

const whoAmI = '{ whoAmI }';
const resolvers = {
  Query: { whoAmI: (_: unknown, __: unknown, { viewer }: { viewer: Viewer }) => JSON.stringify(viewer) },
};

let tokenKey: KeyPair;
let user: SubgraphFixture;

beforeAll(async () => {
  tokenKey = await keyPair('token');
  user = await aSubgraph('user', resolvers);
});
afterAll(() => user.close());
afterEach(() => void vi.useRealTimers());

/** The viewer that the subgraph saw. */
const seen = async ({ ask }: GatewayFixture, headers: Record<string, string>): Promise<unknown> => {
  const { body } = await ask(whoAmI, { headers });
  return typeof body.data?.whoAmI === 'string' ? JSON.parse(body.data.whoAmI) : body.errors;
};

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('with the key set available', () => {
  let keys: Awaited<ReturnType<typeof keyServer>>;
  let gateway: GatewayFixture;
  beforeAll(async () => {
    keys = await keyServer([tokenKey.publicKey]);
    gateway = await aGateway({
      USER_SUBGRAPH_URL: user.url,
      ACCESS_TOKEN_JWKS_URL: keys.url,
    });
  });
  afterAll(async () => {
    await gateway.close();
    await keys.close();
  });

  it('a subgraph gets the viewer of an access token', async () => {
    const sub = newId('User');
    expect(await seen(gateway, bearer(await anAccessToken(tokenKey, { sub, roles: ['STAFF'] })))).toEqual({
      kind: 'user',
      id: sub,
      roles: ['STAFF'],
      permissions: permissionsOf(['STAFF']),
      sessionId: 'session-1',
    });
  });

  it('a guest with a session is a guest with an id of its own', async () => {
    const [sub, sid] = [newId('Guest'), newId('Session')];
    const token = await anAccessToken(tokenKey, { sub, sid, roles: [] });
    expect(await seen(gateway, bearer(token))).toEqual({ kind: 'guest', session: { guestId: sub, sessionId: sid } });
  });

  it('permissions that this release does not know are ignored: rolling updates add some', async () => {
    const token = await anAccessToken(tokenKey, { permissions: ['teapots:brew', 'stock:write'] });
    expect(await seen(gateway, bearer(token))).toMatchObject({ kind: 'user', permissions: ['stock:write'] });
  });

  it('a token from twenty seconds ahead is accepted: the clock of this machine is slow', async () => {
    const token = await anAccessToken(tokenKey, { issuedAtMs: Date.now() + 20_000 });
    expect(await seen(gateway, bearer(token))).toMatchObject({ kind: 'user' });
  });

  it.each([
    ['no authorization header', {}],
    ['an empty one', { authorization: '' }],
  ])('%s means a guest', async (_, headers) => {
    expect(await seen(gateway, headers)).toEqual({ kind: 'guest' });
  });

  it.each([
    ['is out of date', () => anAccessToken(tokenKey, { expiresInSeconds: -60 })],
    ['is of another issuer', () => anAccessToken(tokenKey, { issuer: 'somebody' })],
    ['is of another type', () => anAccessToken(tokenKey, { type: 'JWT' })],
    ['is for another audience', () => anAccessToken(tokenKey, { audience: 'elsewhere' })],
    ['is signed with another key of the same id', async () => anAccessToken(await keyPair('token'))],
    ['is signed with an unknown key', async () => anAccessToken(await keyPair('unknown'))],
    ['is of a guest with a role', () => anAccessToken(tokenKey, { sub: newId('Guest'), roles: ['ADMIN'] })],
    [
      'is of a guest with a permission',
      () => anAccessToken(tokenKey, { sub: newId('Guest'), roles: [], permissions: ['users:read'] }),
    ],
    [
      'was issued longer ago than a token may live, whatever its expiry',
      () => anAccessToken(tokenKey, { issuedAtMs: Date.now() - 16 * 60_000, expiresInSeconds: 900 }),
    ],
    ['does not say when it was issued', async () => altered(({ iat_ms: _, ...claims }) => claims)],
    ['was altered after it was signed', async () => tampered()],
    ['is signed with HMAC and the public key', async () => confused()],
    ['names no user', () => anAccessToken(tokenKey, { sub: 'ada' })],
    ['has no signature', async () => `${(await anAccessToken(tokenKey)).split('.').slice(0, 2).join('.')}.`],
    ['says that it needs none', async () => unsigned()],
    ['is not a token', async () => 'hello'],
  ])('a token that %s is refused, and does not become a guest', async (_, token) => {
    const calls = user.received.length;
    const { status, headers, body } = await gateway.ask(whoAmI, { headers: bearer(await token()) });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Bearer');
    expect(body).toEqual({ errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(user.received.length).toBe(calls);
  });

  it('another authorization scheme is refused too', async () => {
    const { status, body } = await gateway.ask(whoAmI, { headers: { authorization: 'Basic YWRhOmFkYQ==' } });
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('a cached token stops working when it expires', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() });
    const token = await anAccessToken(tokenKey, { expiresInSeconds: 30 });
    expect(await seen(gateway, bearer(token))).toMatchObject({ kind: 'user' });
    // 5 s are allowed for clocks that differ.
    vi.advanceTimersByTime(36_000);
    expect((await gateway.ask(whoAmI, { headers: bearer(token) })).status).toBe(401);
  });

  it('an invalid trace is not forwarded', async () => {
    await gateway.ask(whoAmI, { headers: { traceparent: '{"a":1}' } });
    expect(user.received.at(-1)).not.toHaveProperty('traceparent');
  });

  describe('in front of two subgraphs', () => {
    let product: SubgraphFixture;
    let front: GatewayFixture;
    beforeAll(async () => {
      const lamp = { id: 'p1', title: (_: unknown, { viewer }: { viewer: Viewer }) => JSON.stringify(viewer) };
      product = await aSubgraph('product', {
        Query: { products: () => [lamp], product: () => lamp },
        Mutation: { rename: () => lamp },
      });
      front = await aGateway({
        USER_SUBGRAPH_URL: user.url,
        PRODUCT_SUBGRAPH_URL: product.url,
        ACCESS_TOKEN_JWKS_URL: keys.url,
        TRUSTED_PROXIES: 'loopback',
      });
    });
    afterAll(async () => {
      await front.close();
      await product.close();
    });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const viewerIn = ({ body }: GatewayReply): unknown =>
      JSON.parse((body.data as { lamp?: { title: string } }).lamp?.title ?? 'null');

    it.each([
      ['203.0.113.7', '203.0.113.7'],
      ['2001:db8:1:2::7', '2001:db8:1:2::/64'],
    ])("mutations carry the client's address: %s becomes %s, for guests and for users", async (ip, address) => {
      const rename = 'mutation { lamp: rename(id: "p1", title: "x") { title } }';
      const sub = newId('User');
      const asGuest = await front.ask(rename, { headers: from(ip) });
      const asUser = await front.ask(rename, {
        headers: { ...from(ip), ...bearer(await anAccessToken(tokenKey, { sub })) },
      });
      expect([viewerIn(asGuest), viewerIn(asUser)]).toMatchObject([
        { kind: 'guest', address },
        { kind: 'user', id: sub, address },
      ]);
    });

    it('mutations carry what the client calls itself, cut to what a list of sessions shows', async () => {
      const rename = 'mutation { lamp: rename(id: "p1", title: "x") { title } }';
      const headers = { ...from('203.0.113.7'), 'user-agent': 'A'.repeat(300) };
      expect(viewerIn(await front.ask(rename, { headers }))).toMatchObject({ userAgent: 'A'.repeat(200) });
    });

    it('queries do not: identical ones of guests at two addresses share one call', async () => {
      const headers = { ...from('203.0.113.7'), 'user-agent': 'Firefox' };
      const reply = await front.ask('{ lamp: product(id: "p1") { title } }', { headers });
      expect(viewerIn(reply)).toEqual({ kind: 'guest' });
    });

    it('a viewer signed for one subgraph is invalid at another', async () => {
      await front.ask('{ products { id } me }');
      const tokenOf = ({ received }: SubgraphFixture) => String(received.at(-1)?.['x-agora-viewer']);
      const [forUser, forProduct] = [tokenOf(user), tokenOf(product)];
      const use = async (token: string, { url }: SubgraphFixture) => {
        const headers = { 'content-type': 'application/json', 'x-agora-viewer': token };
        return (await fetch(url, { method: 'POST', headers, body: '{"query":"{ __typename }"}' })).status;
      };
      expect([await use(forUser, user), await use(forProduct, product)]).toEqual([200, 200]);
      expect([await use(forUser, product), await use(forProduct, user)]).toEqual([401, 401]);
    });
  });

  it("nothing of the client's reaches a subgraph but request id and trace", async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { headers } = await gateway.ask(whoAmI, {
      headers: {
        ...bearer(await anAccessToken(tokenKey)),
        'x-request-id': 'my-request',
        traceparent,
        cookie: 'a=b',
        'x-agora-viewer': 'forged',
        'x-other': '1',
      },
    });
    expect(headers.get('x-request-id')).toBe('my-request');
    const sent = user.received.at(-1);
    expect(user.correlationIds.at(-1)).toBe('my-request');
    expect(sent).toMatchObject({ 'x-request-id': 'my-request', traceparent });
    expect(sent?.['x-agora-viewer']).not.toBe('forged');
    expect(Object.keys(sent ?? {}).toSorted()).toEqual([
      'accept',
      'connection',
      'content-length',
      'content-type',
      'host',
      'traceparent',
      'x-agora-viewer',
      'x-request-id',
    ]);
  });
});

/** A token with other claims, properly signed. */
const altered = async (change: (claims: JWTPayload) => JWTPayload): Promise<string> => {
  const claims = change(decodeJwt(await anAccessToken(tokenKey)));
  const header = { alg: 'EdDSA', typ: 'at+jwt', kid: 'token' };
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(tokenKey.privateKey, 'EdDSA'));
};

/** A customer's token that was made an administrator's. */
const tampered = async (): Promise<string> => {
  const token = await anAccessToken(tokenKey);
  const [head, , signature] = token.split('.');
  const claims = { ...decodeJwt(token), roles: ['ADMIN'], permissions: ['roles:manage'] };
  return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
};

/** The public key is public: whoever takes it for a secret lets everybody sign. */
const confused = async (): Promise<string> => {
  const secret = Buffer.from(tokenKey.publicKey.x ?? '', 'base64url');
  const header = { alg: 'HS256', typ: 'at+jwt', kid: 'token' };
  return new SignJWT(decodeJwt(await anAccessToken(tokenKey))).setProtectedHeader(header).sign(secret);
};

const unsigned = () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'agora-user',
    aud: 'agora',
    sub: newId('User'),
    roles: ['ADMIN'],
    permissions: ['roles:manage'],
    sid: 's',
    exp: 9_999_999_999,
  };
  return `${part({ alg: 'none' })}.${part(claims)}.${part({})}`;
};
