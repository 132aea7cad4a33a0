import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose';
import {
  type AccessTokenClaims,
  accessTokenAlgorithm,
  accessTokenAudience,
  accessTokenIssuer,
  accessTokenType,
} from '#contracts/access-token.ts';
import type { AccessTokens } from '../usecases/ports.ts';

// 15 min: the gateway believes a token without asking us, so this is how long one that was stolen, or whose roles were
// taken away, keeps working.
const lifeMs = 15 * 60 * 1_000;

/** Signs with the first key. All of them are published, so that tokens of the key before verify until they end. */
export const accessTokens = async (
  privateKeys: JSONWebKeySet,
): Promise<AccessTokens & { publicKeys: JSONWebKeySet }> => {
  const publicKeys = await Promise.all(privateKeys.keys.map(publicPart));
  const [signing] = privateKeys.keys;
  const [published] = publicKeys;
  if (!signing || !published?.kid) throw new Error('a key to sign access tokens with is required');
  const key = await importJWK(signing, accessTokenAlgorithm);
  const header = { alg: accessTokenAlgorithm, typ: accessTokenType, kid: published.kid };
  return {
    publicKeys: { keys: publicKeys },
    issue: async (user, sessionId, now) => {
      const expiresAt = new Date(now.getTime() + lifeMs);
      const claims: AccessTokenClaims = { sub: user.id, roles: [...user.roles], sid: sessionId, jti: randomUUID() };
      const accessToken = await new SignJWT({ ...claims })
        .setProtectedHeader(header)
        .setIssuer(accessTokenIssuer)
        .setAudience(accessTokenAudience)
        .setIssuedAt(now)
        .setExpirationTime(expiresAt)
        .sign(key);
      // A token ends on a whole second.
      return { accessToken, expiresAt: new Date(Math.floor(expiresAt.getTime() / 1_000) * 1_000) };
    },
  };
};

/** Field by field, so that no private one can slip through. A key without a name gets its thumbprint (RFC 7638). */
const publicPart = async ({ kty, crv, x, kid }: JWK): Promise<JWK> => {
  const key = { kty, crv, x } as JWK;
  return { ...key, kid: kid ?? (await calculateJwkThumbprint(key)), alg: accessTokenAlgorithm, use: 'sig' };
};
