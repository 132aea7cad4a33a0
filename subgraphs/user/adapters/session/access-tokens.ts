import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose';
import {
  type AccessTokenClaims,
  accessTokenAlgorithm,
  accessTokenAudience,
  accessTokenIssuer,
  accessTokenLifeMs,
  accessTokenType,
} from '#contracts/access-token.ts';
import { signingKey, type TimedKey } from '#platform/auth/signing-keys.ts';
import { permissionsOf } from '../../domain/access/role.ts';
import type { AccessTokens } from '../../usecases/session/ports.ts';

export interface AccessTokenKeys {
  /** Those that tokens verify with. */
  readonly publicKeys: JSONWebKeySet;
  /** For a rotation while the process runs. */
  replaceKeys(privateKeys: PrivateKeys): Promise<void>;
}

interface PrivateKeys {
  readonly keys: readonly (Omit<JWK, 'kid'> & TimedKey)[];
}

/**
 * Signs with the key whose turn it is (platform/auth/signing-keys.ts). All are published: the next one, so that it is known
 * before it signs, and the previous one, so that its tokens verify until they expire.
 */
export const accessTokens = async (
  privateKeys: PrivateKeys,
  clock: () => Date,
): Promise<AccessTokens & AccessTokenKeys> => {
  let loaded = await load(privateKeys);
  return {
    get publicKeys() {
      return { keys: loaded.map(({ published }) => published) };
    },
    replaceKeys: async (keys) => {
      loaded = await load(keys);
    },
    issue: async ({ sessionId, owner, roles, issuedAt, mergedGuest }) => {
      const expiresAt = new Date(issuedAt.getTime() + accessTokenLifeMs);
      const signing = signingKey(loaded, clock());
      if (!signing) throw new Error('ACCESS_TOKEN_KEYS has no key');
      const claims: AccessTokenClaims = {
        sub: 'userId' in owner ? owner.userId : owner.guestId,
        roles: roles.map(({ name }) => name),
        permissions: permissionsOf(roles),
        sid: sessionId,
        iat_ms: issuedAt.getTime(),
        ...(mergedGuest && { merged: mergedGuest }),
        jti: randomUUID(),
      };
      const accessToken = await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: accessTokenAlgorithm, typ: accessTokenType, kid: signing.kid })
        .setIssuer(accessTokenIssuer)
        .setAudience(accessTokenAudience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(signing.privateKey);
      // A token expires on a whole second.
      return { accessToken, accessTokenExpiresAt: new Date(Math.floor(expiresAt.getTime() / 1_000) * 1_000) };
    },
  };
};

const load = ({ keys }: PrivateKeys) =>
  Promise.all(
    keys.map(async (key) => {
      const published = await publicPart(key as JWK);
      const { kid } = published;
      return {
        kid,
        signsFrom: key.signsFrom,
        published,
        privateKey: await importJWK(key as JWK, accessTokenAlgorithm),
      };
    }),
  );

/** Field by field, so that no private one can slip through. A key without an id gets its thumbprint (RFC 7638). */
const publicPart = async ({ kty, crv, x, kid }: JWK): Promise<JWK & { kid: string }> => {
  const key = { kty, crv, x } as JWK;
  return { ...key, kid: kid ?? (await calculateJwkThumbprint(key)), alg: accessTokenAlgorithm, use: 'sig' };
};
