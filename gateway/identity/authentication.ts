/**
 * Verifies the access token of a request, which becomes a viewer; without a token it is a guest. Or AUTHENTICATION=off:
 * everybody is.
 */
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWK,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { ZodError } from 'zod';
import {
  AccessTokenClaims,
  accessTokenAlgorithm,
  accessTokenAudience,
  accessTokenIssuer,
  accessTokenType,
} from '#contracts/access-token.ts';
import { parseId, type UserId } from '#contracts/ids.ts';
import { isPermission } from '#contracts/permissions.ts';
import { type Failure, fail, ok, type Result } from '#contracts/result.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { viewerSigner } from '#platform/auth/viewer.ts';
import { directFetch } from '#platform/http/direct-fetch.ts';
import type { PeriodicTask } from '#platform/process/periodic.ts';
import { type RequestContext, requestContext } from './request-context.ts';
import { defaultJwksUrl, type IdentityVariables } from './variables.ts';

interface Identity {
  readonly authenticate: Authenticate;
  readonly contextOf: (viewer: Viewer) => RequestContext;
  readonly tasks: readonly PeriodicTask[];
}

export const authentication = async (variables: IdentityVariables): Promise<Identity> => {
  const { AUTHENTICATION, ACCESS_TOKEN_JWKS_URL: jwksUrl = defaultJwksUrl, VIEWER_SIGNING_KEY: key } = variables;
  if (AUTHENTICATION === 'off') return everybodyIsAGuest;
  if (!key) throw new Error('AUTHENTICATION is on without a VIEWER_SIGNING_KEY');
  const keys = accessTokenKeys(jwksUrl);
  // Prefetched, so that the first client after a restart need not wait. If it fails, the user subgraph is down: guests
  // are served all the same, and each request with a token tries again.
  await keys.refresh.run().catch(() => {});
  return {
    authenticate: authenticator(keys.find),
    contextOf: requestContext(await viewerSigner(key as JWK)),
    tasks: [keys.refresh],
  };
};

const everybodyIsAGuest: Identity = {
  authenticate: async () => ok(guest),
  contextOf: requestContext(undefined),
  tasks: [],
};

/** Never a guest in place of an invalid token: the caller believes to be signed in and must learn otherwise. */
export type Refusal = Failure<'UNAUTHENTICATED' | 'AUTHENTICATION_UNAVAILABLE'>;

export type Authenticate = (authorization: string | undefined) => Promise<Result<Viewer, Refusal>>;

// Verifying a signature costs about 100 µs, and one page sends the same token many times. One minute, so that withdrawn
// keys soon stop working here as well.
const verifiedTtlMs = 60_000;
const verifiedTokensKept = 10_000;
// Maximum clock skew between machines.
const clockToleranceSeconds = 5;

const bearer = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i;

export const authenticator = (keys: AccessTokenKeys['find']): Authenticate => {
  const verifiedTokens = new LRUCache<string, { viewer: Viewer; until: number }>({ max: verifiedTokensKept });

  const verified = async (token: string): Promise<Viewer> => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: accessTokenIssuer,
      audience: accessTokenAudience,
      algorithms: [accessTokenAlgorithm],
      typ: accessTokenType,
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceSeconds,
    });
    const viewer = viewerOf(AccessTokenClaims.parse(payload));
    verifiedTokens.set(token, { viewer, until: Math.min(Number(payload.exp) * 1000, Date.now() + verifiedTtlMs) });
    return viewer;
  };

  return async (authorization) => {
    // Clients commonly send an empty header for "not signed in".
    if (!authorization) return ok(guest);
    const token = bearer.exec(authorization)?.[1];
    if (!token) return fail(refusals.notBearer);
    const known = verifiedTokens.get(token);
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

const viewerOf = ({ sub, roles, permissions, sid, merged }: AccessTokenClaims): Viewer => {
  const guestId = parseId('Guest', sub);
  if (guestId) return { kind: 'guest', session: { guestId, sessionId: sid } };
  return {
    kind: 'user',
    id: sub as UserId,
    roles,
    permissions: permissions.filter(isPermission),
    sessionId: sid,
    ...(merged && { mergedGuestId: merged }),
  };
};

const refusals = {
  notBearer: { kind: 'UNAUTHENTICATED', message: 'The authorization header must be "Bearer <access token>".' },
  badToken: { kind: 'UNAUTHENTICATED', message: 'The access token is invalid or has expired. Sign in again.' },
  noKeys: {
    kind: 'AUTHENTICATION_UNAVAILABLE',
    message: 'Access tokens cannot be verified at the moment. Try again, or continue as a guest without a token.',
  },
} satisfies Record<string, Refusal>;

/** The keys could not be fetched, so no token can be verified. */
class KeysUnavailable extends Error {}

interface AccessTokenKeys {
  /** The key of a token. Throws `KeysUnavailable`, or jose's error when there is no such key. */
  readonly find: JWTVerifyGetKey;
  /** Refetches the keys, so that withdrawn ones stop working and new ones are known before they sign. */
  readonly refresh: PeriodicTask;
}

// Refused connections fail at once, hanging ones do not: a request with a token waits no longer than this for keys.
const fetchTimeoutMs = 2_000;
// An unknown key id may belong to a new key or be invented: one lookup per this interval.
const unknownKeyPauseMs = 5_000;
// While the user subgraph is down, requests with tokens fail fast instead of fetching in vain each time.
const failurePauseMs = 1_000;
const refreshEveryMs = 60_000;

export const accessTokenKeys = (url: string): AccessTokenKeys => {
  const keys = createRemoteJWKSet(new URL(url), {
    // Keys are refreshed in the background and never expire here: signed-in customers must survive an hour without the
    // user subgraph. It signs nothing meanwhile, and existing tokens end within 15 minutes.
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: unknownKeyPauseMs,
    timeoutDuration: fetchTimeoutMs,
    [customFetch]: withPauseAfterFailure(failurePauseMs),
  });
  const find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new KeysUnavailable('the keys of access tokens cannot be fetched', { cause: error });
    }
  };
  return { find, refresh: { name: 'access-token-keys', everyMs: refreshEveryMs, run: () => keys.reload() } };
};

const withPauseAfterFailure = (pauseMs: number): FetchImplementation => {
  let failedAt = Number.NEGATIVE_INFINITY;
  return async (url, init) => {
    if (performance.now() - failedAt < pauseMs) throw new Error('the last attempt failed a moment ago');
    try {
      const response = await directFetch(url, init);
      if (!response.ok) failedAt = performance.now();
      return response;
    } catch (error) {
      failedAt = performance.now();
      throw error;
    }
  };
};
