/**
 * Verifies the access token or API key of a request, which becomes a viewer; without one it is a guest's. Or
 * AUTHENTICATION=off: everybody is a guest.
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
  accessTokenLifeMs,
  accessTokenType,
} from '#contracts/access-token.ts';
import { apiKeyPrefix } from '#contracts/api-key.ts';
import { parseId, type UserId } from '#contracts/ids.ts';
import { isPermission } from '#contracts/permissions.ts';
import { fail, ok } from '#contracts/result.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { viewerSigner } from '#platform/auth/viewer.ts';
import type { EventsConfig } from '#platform/config/config.ts';
import { directFetch } from '#platform/http/direct-fetch.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import type { PeriodicTask } from '#platform/process/periodic.ts';
import type { ChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import { apiKeys } from './api-keys.ts';
import { type Authenticate, type Authenticated, type Authentication, anybody, refusals } from './credentials.ts';
import { type Denials, followDenials, noDenials } from './denials.ts';
import { type RequestContext, requestContext } from './request-context.ts';
import { clockToleranceSeconds, type IdentityVariables, identityUrls } from './variables.ts';

interface Identity {
  readonly authenticate: Authenticate;
  readonly contextOf: (viewer: Viewer) => RequestContext;
  readonly denials: Denials;
  readonly tasks: readonly PeriodicTask[];
}

interface IdentityKit {
  readonly changes: Pick<ChangeNotifications, 'subscribe' | 'isSubscribed'>;
  readonly metrics: Registry;
  readonly log: Logger;
}

export const authentication = async (
  variables: IdentityVariables & EventsConfig,
  kit: IdentityKit,
): Promise<Identity> => {
  const { AUTHENTICATION, VIEWER_SIGNING_KEY: key } = variables;
  if (AUTHENTICATION === 'off') return everybodyIsAGuest;
  if (!key) throw new Error('AUTHENTICATION is on without a VIEWER_SIGNING_KEY');
  const urls = identityUrls(variables);
  const hasNotifications = Boolean(variables.REDIS_URL ?? variables.EVENTS_DATABASE_URL);
  const keys = accessTokenKeys(urls.keys);
  // Both prefetched, so that the first client after a restart need not wait. If that fails, the user subgraph is down:
  // guests are served all the same, and requests with tokens as soon as it is back.
  const [denials] = await Promise.all([
    urls.denials ? followDenials({ ...kit, url: urls.denials, hasNotifications }) : noDenials,
    keys.refresh.run().catch(() => {}),
  ]);
  return {
    authenticate: authenticator({
      keys: keys.find,
      denials,
      apiKeys: urls.apiKeys ? apiKeys({ ...kit, url: urls.apiKeys, denials }) : noApiKeys,
    }),
    contextOf: requestContext(viewerSigner(key as JWK)),
    denials,
    tasks: [keys.refresh],
  };
};

export const noApiKeys = async (): Promise<Authentication> => fail(refusals.badApiKey);

const everybodyIsAGuest: Identity = {
  authenticate: async () => ok(anybody),
  contextOf: requestContext(undefined),
  denials: noDenials,
  tasks: [],
};

// Verifying a signature costs about 100 µs, and one page sends the same token many times. One minute, so that withdrawn
// keys soon stop working here as well.
const verifiedTtlMs = 60_000;
const verifiedTokensKept = 10_000;

const bearer = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+|agk_\w+) *$/i;

interface Verifiers {
  readonly keys: AccessTokenKeys['find'];
  readonly denials: Denials;
  readonly apiKeys: (key: string) => Promise<Authentication>;
}

export const authenticator = ({ keys, denials, apiKeys }: Verifiers): Authenticate => {
  const verifiedTokens = new LRUCache<string, Authenticated & { until: number }>({ max: verifiedTokensKept });

  const verified = async (token: string): Promise<Authenticated> => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: accessTokenIssuer,
      audience: accessTokenAudience,
      algorithms: [accessTokenAlgorithm],
      typ: accessTokenType,
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceSeconds,
    });
    const claims = AccessTokenClaims.parse(payload);
    // Whatever its `exp`, no token outlives the denials that are held here. One from the future is no fault: this clock is slow.
    if (claims.iat_ms + accessTokenLifeMs + clockToleranceSeconds * 1_000 < Date.now())
      throw new errors.JWTExpired('older than a token may be', payload, 'iat_ms');
    const issued = { to: [claims.sid, claims.sub], at: claims.iat_ms };
    const expiresAt = Number(payload.exp) * 1_000;
    const authenticated = { viewer: viewerOf(claims), isDenied: () => denials.isDenied(issued), expiresAt };
    const until = Math.min(expiresAt, Date.now() + verifiedTtlMs);
    verifiedTokens.set(token, { ...authenticated, until });
    return authenticated;
  };

  const ofToken = async (token: string): Promise<Authentication> => {
    const known = verifiedTokens.get(token);
    const authenticated = known && known.until > Date.now() ? known : await verified(token);
    if (!(await denials.isKnown())) return fail(refusals.unavailable);
    return authenticated.isDenied() ? fail(refusals.denied) : ok(authenticated);
  };

  return async (authorization) => {
    // Clients commonly send an empty header for "not signed in".
    if (!authorization) return ok(anybody);
    const credential = bearer.exec(authorization)?.[1];
    if (!credential) return fail(refusals.notBearer);
    if (credential.startsWith(apiKeyPrefix)) return apiKeys(credential);
    try {
      return await ofToken(credential);
    } catch (error) {
      if (error instanceof KeysUnavailable) return fail(refusals.unavailable);
      if (error instanceof errors.JOSEError || error instanceof ZodError) return fail(refusals.badToken);
      throw error;
    }
  };
};

const viewerOf = ({ sub, roles, permissions, scope, sid, merged }: AccessTokenClaims): Viewer => {
  const guestId = parseId('Guest', sub);
  // Nothing of ours issues such a token: whatever did is not to be trusted with half of it.
  if (guestId && roles.length + permissions.length > 0)
    throw new errors.JWTClaimValidationFailed('a guest with rights', {});
  if (guestId) return { kind: 'guest', session: { guestId, sessionId: sid } };
  return {
    kind: 'user',
    id: sub as UserId,
    roles,
    permissions: permissions.filter(isPermission),
    sessionId: sid,
    ...(scope !== undefined && { scopes: scope.split(' ').filter(Boolean) }),
    ...(merged && { mergedGuestId: merged }),
  };
};

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
