import { createLocalJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import type { Email } from '#contracts/email.ts';
import { namedId, newId } from '#contracts/ids.ts';
import { builtInRoles } from '#contracts/permissions.ts';
import { customer, type HeldRoles, roleOfRow } from '../../domain/access/role.ts';
import type { DisplayName } from '../../domain/account/display-name.ts';
import type { User } from '../../domain/account/user.ts';
import { accessTokens } from './access-tokens.ts';

const aKey = async (kid?: string) => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { ...(await exportJWK(privateKey)), ...(kid && { kid }) };
};

const ada: User = {
  id: namedId('User', 'ada'),
  email: 'ada@example.com' as Email,
  displayName: 'Ada' as DisplayName,
  locale: 'en',
  emailVerifiedAt: null,
  createdAt: new Date(),
};

const held: HeldRoles = {
  roles: [customer, roleOfRow({ name: 'STAFF', permissions: [] })],
  asOf: new Date(),
};

test('publishes only the public part of every key', async () => {
  const { publicKeys } = await accessTokens({ keys: [await aKey('new'), await aKey('old')] });
  expect(publicKeys.keys.map(({ kid }) => kid)).toEqual(['new', 'old']);
  for (const key of publicKeys.keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
});

test('signs with the first key and names it', async () => {
  const [first, second] = [await aKey('first'), await aKey('second')];
  const { issue } = await accessTokens({ keys: [first, second] });
  const { accessToken } = await issue(ada, held, newId('Session'));
  expect(decodeProtectedHeader(accessToken)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: 'first' });
});

test('tokens of the previous key verify during a rotation', async () => {
  const [before, after] = [await aKey(), await aKey()];
  const { issue } = await accessTokens({ keys: [before, after] });
  const { accessToken } = await issue(ada, held, newId('Session'));
  const { publicKeys } = await accessTokens({ keys: [after, before] });
  const { payload } = await jwtVerify(accessToken, createLocalJWKSet(publicKeys));
  expect(payload).toMatchObject({
    iss: 'agora-user',
    aud: 'agora',
    sub: ada.id,
    roles: ['CUSTOMER', 'STAFF'],
    permissions: builtInRoles.STAFF,
  });
});
