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
import { permissionsOf } from '../../domain/access/role.ts';
import type { AccessTokens } from '../../usecases/session/ports.ts';

/** Signs with the first key. All are published, so that tokens of the previous key verify until they expire. */
export const accessTokens = async (
  privateKeys: JSONWebKeySet,
): Promise<AccessTokens & { publicKeys: JSONWebKeySet }> => {
  const publicKeys = await Promise.all(privateKeys.keys.map(publicPart));
  const [signing] = privateKeys.keys;
  const [published] = publicKeys;
  if (!signing || !published?.kid) throw new Error('ACCESS_TOKEN_KEYS needs a signing key');
  const key = await importJWK(signing, accessTokenAlgorithm);
  const header = { alg: accessTokenAlgorithm, typ: accessTokenType, kid: published.kid };
  return {
    publicKeys: { keys: publicKeys },
    issue: async ({ sessionId, owner, roles, issuedAt, mergedGuest }) => {
      const expiresAt = new Date(issuedAt.getTime() + accessTokenLifeMs);
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
        .setProtectedHeader(header)
        .setIssuer(accessTokenIssuer)
        .setAudience(accessTokenAudience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key);
      // A token expires on a whole second.
      return { accessToken, accessTokenExpiresAt: new Date(Math.floor(expiresAt.getTime() / 1_000) * 1_000) };
    },
  };
};

/** Field by field, so that no private one can slip through. A key without an id gets its thumbprint (RFC 7638). */
const publicPart = async ({ kty, crv, x, kid }: JWK): Promise<JWK> => {
  const key = { kty, crv, x } as JWK;
  return { ...key, kid: kid ?? (await calculateJwkThumbprint(key)), alg: accessTokenAlgorithm, use: 'sig' };
};
