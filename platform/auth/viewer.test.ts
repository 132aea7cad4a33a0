import { exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import { afterEach, expect, test, vi } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest, type Viewer, viewerAudience } from '#contracts/viewer.ts';
import { signedIn, somebody } from '#kit/user/viewers.ts';
import { viewerSigner, viewerVerifier } from './viewer.ts';

const keyPair = async () => {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  return { privateKey: await exportJWK(pair.privateKey), publicKeys: { keys: [await exportJWK(pair.publicKey)] } };
};
const customer = somebody();
const guestWithSession: Viewer = { kind: 'guest', session: { guestId: newId('Guest'), sessionId: newId('Session') } };
const apiKey: Viewer = { kind: 'apiKey', id: newId('ApiKey'), permissions: ['stock:write'] };

afterEach(() => void vi.useRealTimers());

test('a subgraph reads back whom the gateway signed', async () => {
  const { privateKey, publicKeys } = await keyPair();
  const sign = viewerSigner(privateKey);
  const verify = viewerVerifier(publicKeys, 'order');
  expect(await verify(await sign(customer, 'order'))).toEqual(customer);
  for (const viewer of [guest, guestWithSession, apiKey])
    expect(await verify(await sign(viewer, 'order'))).toEqual(viewer);
});

test('a token for one subgraph is nobody at another', async () => {
  const { privateKey, publicKeys } = await keyPair();
  const sign = viewerSigner(privateKey);
  const verify = viewerVerifier(publicKeys, 'payment');
  expect(await verify(await sign(customer, 'order'))).toBeUndefined();
  expect(await verify(await sign(customer, 'payment'))).toEqual(customer);
});

test('the same viewer is signed once for each subgraph, other permissions make another token', async () => {
  const sign = viewerSigner((await keyPair()).privateKey);
  expect(await sign(customer, 'order')).toBe(await sign(customer, 'order'));
  expect(await sign(customer, 'order')).not.toBe(await sign(customer, 'payment'));
  expect(await sign(signedIn(customer.id, 'STAFF'), 'order')).not.toBe(await sign(customer, 'order'));
});

test.each([
  ['a guest', guest],
  ['a guest with a session', guestWithSession],
  ['a customer', customer],
  ['an API key', apiKey],
])('the address of %s arrives, and never with another request', async (_, viewer) => {
  const { privateKey, publicKeys } = await keyPair();
  const sign = viewerSigner(privateKey);
  const verify = viewerVerifier(publicKeys, 'user');
  for (const address of ['203.0.113.7', undefined, '2001:db8:1:2::/64', undefined]) {
    const named = { ...viewer, ...(address && { address }) };
    expect(await verify(await sign(named, 'user'))).toEqual(named);
  }
});

test('a viewer signed by somebody else is nobody', async () => {
  const sign = viewerSigner((await keyPair()).privateKey);
  const verify = viewerVerifier((await keyPair()).publicKeys, 'order');
  expect(await verify(await sign(customer, 'order'))).toBeUndefined();
});

test('a token with one character changed is nobody, also after the true one was seen', async () => {
  const { privateKey, publicKeys } = await keyPair();
  const verify = viewerVerifier(publicKeys, 'order');
  const token = viewerSigner(privateKey)(customer, 'order');
  await verify(token);
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  claims.viewer.permissions = ['roles:manage'];
  const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
  expect(await verify(forged)).toBeUndefined();
  expect(await verify('')).toBeUndefined();
});

const now = () => Math.floor(Date.now() / 1000);

test.each<[name: string, claims: () => JWTPayload]>([
  ['never ends', () => ({ iat: now() })],
  ['has ended', () => ({ iat: now() - 120, exp: now() - 60 })],
  ['does not say since when it is good', () => ({ exp: now() + 60 })],
  ['is older than one may be, whatever end it claims', () => ({ iat: now() - 600, exp: now() + 86_400 })],
  ['is of a time to come', () => ({ iat: now() + 600, exp: now() + 660 })],
])('a token that %s is nobody, though the gateway signed it', async (_, claims) => {
  const { privateKey, publicKeys } = await keyPair();
  const token = await new SignJWT({ viewer: customer, ...claims() })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setAudience(viewerAudience('order'))
    .sign(await importJWK(privateKey, 'EdDSA'));
  expect(await viewerVerifier(publicKeys, 'order')(token)).toBeUndefined();
});

test.each([-29, 0, 29])('clocks that differ by %i s do not part gateway and subgraph', async (seconds) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  const { privateKey, publicKeys } = await keyPair();
  const token = viewerSigner(privateKey)(customer, 'order');
  vi.setSystemTime(Date.now() + seconds * 1000);
  expect(await viewerVerifier(publicKeys, 'order')(token)).toEqual(customer);
});

test('a permission of a newer release is dropped, and the viewer is known', async () => {
  const { privateKey, publicKeys } = await keyPair();
  const newer = { ...signedIn(customer.id, 'STAFF'), permissions: ['orders:read', 'robots:manage'] } as Viewer;
  const token = viewerSigner(privateKey)(newer, 'order');
  expect(await viewerVerifier(publicKeys, 'order')(token)).toEqual({ ...newer, permissions: ['orders:read'] });
});
