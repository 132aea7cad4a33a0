import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { newId } from '../contracts/ids.ts';
import { guest, type Viewer } from '../contracts/viewer.ts';
import { viewerSigner, viewerVerifier } from './viewer.ts';

const keyPair = async () => {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  return { privateKey: await exportJWK(pair.privateKey), publicKeys: { keys: [await exportJWK(pair.publicKey)] } };
};
const customer: Viewer = { kind: 'user', id: newId('User'), roles: ['CUSTOMER'] };

test('a subgraph reads back whom the gateway signed', async () => {
  const { privateKey, publicKeys } = await keyPair();
  const sign = await viewerSigner(privateKey);
  const verify = viewerVerifier(publicKeys);
  expect(await verify(await sign(customer))).toEqual(customer);
  expect(await verify(await sign(guest))).toEqual(guest);
});

test('the same viewer is signed once, another role makes another token', async () => {
  const sign = await viewerSigner((await keyPair()).privateKey);
  expect(await sign(customer)).toBe(await sign(customer));
  expect(await sign({ ...customer, roles: ['CUSTOMER', 'STAFF'] })).not.toBe(await sign(customer));
});

test('a viewer signed by somebody else is nobody', async () => {
  const sign = await viewerSigner((await keyPair()).privateKey);
  const verify = viewerVerifier((await keyPair()).publicKeys);
  expect(await verify(await sign(customer))).toBeUndefined();
});

test('a token with one character changed is nobody, also after the true one was seen', async () => {
  const { privateKey, publicKeys } = await keyPair();
  const verify = viewerVerifier(publicKeys);
  const token = await (await viewerSigner(privateKey))(customer);
  await verify(token);
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  claims.viewer.roles = ['ADMIN'];
  const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
  expect(await verify(forged)).toBeUndefined();
  expect(await verify('')).toBeUndefined();
});
