/** The public keys that access tokens are checked with: fetched from the user subgraph, kept when it is away. */
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import { directFetch } from '#platform/http/direct-fetch.ts';
import type { PeriodicTask } from '#platform/process/periodic.ts';

/** The keys could not be fetched: nobody can say whether a token is good. */
export class KeysUnavailable extends Error {}

export interface AccessTokenKeys {
  /** The key for a token. Throws `KeysUnavailable`, or jose's error when there is no such key. */
  readonly find: JWTVerifyGetKey;
  /** Fetches them anew, so that a key that was taken out is soon of no use, and a new one is known before it signs. */
  readonly refresh: PeriodicTask;
}

// Refused connections come back at once, hanging ones do not: a request with a token waits no longer than this for keys.
const fetchTimeoutMs = 2_000;
// A token with an unknown key id may be the first of a new key, or made up. At most one look for it in this time.
const unknownKeyPauseMs = 5_000;
// While the user subgraph is away, requests with tokens are answered at once and not each with a vain fetch.
const failurePauseMs = 1_000;
const refreshEveryMs = 60_000;

export const accessTokenKeys = (url: string): AccessTokenKeys => {
  const keys = createRemoteJWKSet(new URL(url), {
    // Keys are refreshed in the background and are good until then: a user subgraph that is away for an hour must not
    // turn signed-in customers away. It signs nothing meanwhile, and the tokens there are end within 15 minutes.
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
    if (performance.now() - failedAt < pauseMs) throw new Error('asked in vain a moment ago');
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
