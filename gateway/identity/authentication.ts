/** Who is asking: the access token in the `authorization` header, verified, becomes a viewer; without one, a guest. */
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { ZodError } from 'zod';
import {
  AccessTokenClaims,
  accessTokenAlgorithm,
  accessTokenAudience,
  accessTokenIssuer,
  accessTokenType,
} from '#contracts/access-token.ts';
import { type Failure, fail, ok, type Result } from '#contracts/result.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { type AccessTokenKeys, KeysUnavailable } from './access-token-keys.ts';

/** Never a guest in place of a bad token: the caller believes to be signed in and must learn that it is not so. */
export type Refusal = Failure<'UNAUTHENTICATED' | 'AUTHENTICATION_UNAVAILABLE'>;

export type Authenticate = (authorization: string | undefined) => Promise<Result<Viewer, Refusal>>;

// Checking a signature costs about 100 µs, and one page of a shop asks many times with the same token. A minute, so
// that a key that was taken out of the set is soon out of use here as well.
const verdictTtlMs = 60_000;
const verdictsKept = 10_000;
// Clocks of two machines differ by this much at most.
const clockToleranceSeconds = 5;

const bearer = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i;

export const authenticator = (keys: AccessTokenKeys['find']): Authenticate => {
  const verdicts = new LRUCache<string, { viewer: Viewer; until: number }>({ max: verdictsKept });

  const verified = async (token: string): Promise<Viewer> => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: accessTokenIssuer,
      audience: accessTokenAudience,
      algorithms: [accessTokenAlgorithm],
      typ: accessTokenType,
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceSeconds,
    });
    const { sub, roles, sid } = AccessTokenClaims.parse(payload);
    const viewer: Viewer = { kind: 'user', id: sub, roles, sessionId: sid };
    verdicts.set(token, { viewer, until: Math.min(Number(payload.exp) * 1000, Date.now() + verdictTtlMs) });
    return viewer;
  };

  return async (authorization) => {
    // Clients commonly send an empty header for "nobody is signed in".
    if (!authorization) return ok(guest);
    const token = bearer.exec(authorization)?.[1];
    if (!token) return fail(refusals.notBearer);
    const known = verdicts.get(token);
    if (known && known.until > Date.now()) return ok(known.viewer);
    try {
      return ok(await verified(token));
    } catch (error) {
      if (error instanceof KeysUnavailable) return fail(refusals.noKeys);
      if (error instanceof errors.JOSEError || error instanceof ZodError) return fail(refusals.badToken);
      throw error;
    }
  };
};

const refusals = {
  notBearer: { kind: 'UNAUTHENTICATED', message: 'The authorization header must be "Bearer <access token>".' },
  badToken: { kind: 'UNAUTHENTICATED', message: 'The access token is not valid, or no longer. Sign in again.' },
  noKeys: {
    kind: 'AUTHENTICATION_UNAVAILABLE',
    message: 'Access tokens cannot be checked at the moment. Try again, or ask as a guest without a token.',
  },
} satisfies Record<string, Refusal>;
