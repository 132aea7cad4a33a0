/** `cache-control` and `vary` of an answer: what browsers and CDNs may do with it. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../identity/request-context.ts';
import { sharedSeconds } from './cache-policy.ts';

// By these an answer differs. A CDN must also not give a guest's page to whoever comes with a token: it may be a bad one.
const differsBy = ['authorization', 'accept'];

/**
 * Only what a guest got by GET, without errors, and public in all its parts, may be kept outside; for `maxAgeSeconds` at
 * most, because nobody can call it back. All else is `no-store`.
 */
export const httpCaching = (maxAgeSeconds: number): ApolloServerPlugin<RequestContext> => ({
  requestDidStart: async () => ({
    willSendResponse: async ({ request, response, overallCachePolicy }) => {
      const headers = request.http?.headers;
      if (!headers || response.body.kind !== 'single') return;
      const policy = overallCachePolicy.policyIfCacheable();
      const isGuests = !headers.has('authorization') && !headers.has('cookie');
      const isWhole = !response.body.singleResult.errors?.length && (response.http.status ?? 200) === 200;
      const mayKeep = request.http?.method === 'GET' && isGuests && isWhole && policy;
      const seconds = mayKeep ? Math.min(sharedSeconds(policy), maxAgeSeconds) : 0;
      response.http.headers.set('cache-control', seconds > 0 ? `public, max-age=${seconds}` : 'no-store');
      if (request.http?.method === 'GET') response.http.headers.set('vary', differsBy.join(', '));
    },
  }),
});
