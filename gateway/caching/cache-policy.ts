import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import type { Viewer } from '#contracts/viewer.ts';
import type { RequestContext } from '../identity/request-context.ts';
import type { Generations } from './cache-store.ts';

/** A response may be cached for as long, and as widely, as the most careful subgraph that it is made of allows. */

/** Of Apollo Server: the policy of the whole response, which can only become stricter. */
export interface CachePolicy {
  restrict(hint: CacheHint): void;
}

interface CacheHint {
  readonly maxAge: number;
  readonly scope: 'PUBLIC' | 'PRIVATE';
}

/**
 * What a `cache-control` header allows. Nothing when it is absent; to one viewer only unless it says `public`, since
 * what a subgraph answers may always depend on who asks.
 */
export const hintOf = (cacheControl: string | undefined): CacheHint => {
  const directives = (cacheControl ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  const maxAge = directives.map((directive) => /^max-age="?(\d+)"?$/.exec(directive)?.[1]).find((seconds) => seconds);
  const mayNot = directives.includes('no-store') || directives.includes('no-cache');
  const isPublic = directives.includes('public') && !directives.includes('private');
  return { maxAge: mayNot ? 0 : Number(maxAge ?? 0), scope: isPublic ? 'PUBLIC' : 'PRIVATE' };
};

/** A subgraph that says nothing, or failed, allows no caching. */
export const restrictPolicy = (policy: CachePolicy, cacheControl: string | undefined): void =>
  policy.restrict(hintOf(cacheControl));

/** For how long everybody may share what came under this hint; 0 for not at all. */
export const sharedSeconds = ({ maxAge, scope }: CacheHint): number => (scope === 'PUBLIC' ? maxAge : 0);

export interface CacheContext {
  /** False: what was kept is not good enough for this request. What it fetches is kept all the same. */
  readonly mayRead: boolean;
  /** The subgraphs that have contributed so far. */
  readonly sources: Set<string>;
  /** Of the data that this request's fetches may still find; known once the request has been looked up. */
  generations?: Generations;
  /** Parts of the answer were found, so its time is shorter than that of one made anew. */
  hasCachedParts: boolean;
}

/**
 * Guests and customers see the same of what is public; `public` of a subgraph's answer says so. Whoever has another
 * role may be shown more in the very same fields (drafts, say) and must not find what others were shown.
 */
const isPublicViewer = (viewer: Viewer): boolean =>
  viewer.kind === 'guest' || viewer.roles.every((role) => role === 'CUSTOMER');

interface RequestFacts {
  readonly viewer: Viewer;
  readonly operation: OperationTypeNode | undefined;
  readonly cacheControl: string | undefined;
  /** The client's headers that go on to subgraphs make an answer the client's own. */
  readonly forwardsHeaders: boolean;
}

/** `undefined` for a request that must neither find nor leave anything. */
export const cacheContextOf = ({
  viewer,
  operation,
  cacheControl,
  forwardsHeaders,
}: RequestFacts): CacheContext | undefined => {
  if (operation !== OperationTypeNode.QUERY || !isPublicViewer(viewer) || forwardsHeaders) return undefined;
  const asked = (cacheControl ?? '').toLowerCase();
  if (asked.includes('no-store')) return undefined;
  return { mayRead: !asked.includes('no-cache'), sources: new Set(), hasCachedParts: false };
};

/** By request. A call of a subgraph that is made for no known request (or for a mutation) finds nothing here. */
export interface CacheContexts {
  set(request: RequestContext, sharing: CacheContext): void;
  get(request: RequestContext): CacheContext | undefined;
}

export const cacheContexts = (): CacheContexts => new WeakMap<RequestContext, CacheContext>();

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
