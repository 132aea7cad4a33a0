import { createLocalJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { namedId, newId } from '#contracts/ids.ts';
import { builtInRoles } from '#contracts/permissions.ts';
import { customer, roleOfRow } from '../../domain/access/role.ts';
import type { Issue } from '../../usecases/session/ports.ts';
import { accessTokens } from './access-tokens.ts';

const aKey = async (kid?: string) => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { ...(await exportJWK(privateKey)), ...(kid && { kid }) };
};

const ada = namedId('User', 'ada');

const anIssue = (): Issue => ({
  sessionId: newId('Session'),
  owner: { userId: ada },
  roles: [customer, roleOfRow({ name: 'STAFF', permissions: [] })],
  issuedAt: new Date(),
});

test('publishes only the public part of every key', async () => {
  const { publicKeys } = await accessTokens({ keys: [await aKey('new'), await aKey('old')] }, () => new Date());
  expect(publicKeys.keys.map(({ kid }) => kid)).toEqual(['new', 'old']);
  for (const key of publicKeys.keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
});

test('signs with the first key and names it', async () => {
  const [first, second] = [await aKey('first'), await aKey('second')];
  const { issue } = await accessTokens({ keys: [first, second] }, () => new Date());
  const { accessToken } = await issue(anIssue());
  expect(decodeProtectedHeader(accessToken)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: 'first' });
});

test('a rotation while it runs: the next key is published at once, and signs from its time on', async () => {
  let now = new Date();
  const [old, next] = [await aKey('old'), await aKey('next')];
  const tokens = await accessTokens({ keys: [old] }, () => now);
  const kidOf = async () => decodeProtectedHeader((await tokens.issue(anIssue())).accessToken).kid;
  await tokens.replaceKeys({ keys: [old, { ...next, signsFrom: new Date(now.getTime() + 60_000).toISOString() }] });
  expect(tokens.publicKeys.keys.map(({ kid }) => kid)).toEqual(['old', 'next']);
  expect(await kidOf()).toBe('old');
  now = new Date(now.getTime() + 60_000);
  expect(await kidOf()).toBe('next');
});

test('tokens of the previous key verify during a rotation', async () => {
  const [before, after] = [await aKey(), await aKey()];
  const { issue } = await accessTokens({ keys: [before, after] }, () => new Date());
  const { accessToken } = await issue(anIssue());
  const { publicKeys } = await accessTokens({ keys: [after, before] }, () => new Date());
  const { payload } = await jwtVerify(accessToken, createLocalJWKSet(publicKeys));
  expect(payload).toMatchObject({
    iss: 'agora-user',
    aud: 'agora',
    sub: ada,
    roles: ['CUSTOMER', 'STAFF'],
    permissions: builtInRoles.STAFF,
  });
});
