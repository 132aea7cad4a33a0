import { OperationTypeNode } from 'graphql';
import { isStaff, type Viewer } from '#contracts/viewer.ts';
import type { Step } from '../graphql/steps.ts';
import type { RequestContext } from '../identity/request-context.ts';
import type { Generations } from './cache-store.ts';

/** What may be cached, for how long and for whom. A response is as cacheable as its least cacheable part. */

/** Apollo Server's policy of the whole response, which can only become stricter. */
export interface CachePolicy {
  restrict(hint: CacheHint): void;
}

interface CacheHint {
  readonly maxAge: number;
  readonly scope: 'PUBLIC' | 'PRIVATE';
}

/** The policy of one response, as Apollo Server's: nothing may be kept until somebody has said so. */
export const cachePolicy = () => {
  let maxAge: number | undefined;
  let scope: CacheHint['scope'] | undefined;
  return {
    restrict: (hint: Partial<CacheHint>): void => {
      if (hint.maxAge !== undefined) maxAge = Math.min(maxAge ?? hint.maxAge, hint.maxAge);
      if (scope !== 'PRIVATE') scope = hint.scope ?? scope;
    },
    policyIfCacheable: (): CacheHint | null => (maxAge ? { maxAge, scope: scope ?? 'PUBLIC' } : null),
  };
};

/**
 * What a `cache-control` header allows: nothing when absent, and private unless it says `public`, because an answer may
 * always depend on the viewer.
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

/** A subgraph that failed or sends no header allows no caching. */
export const restrictPolicy = (policy: CachePolicy, cacheControl: string | undefined): void =>
  policy.restrict(hintOf(cacheControl));

/** How long everybody may share what came with this hint; 0 for not at all. */
export const sharedSeconds = ({ maxAge, scope }: CacheHint): number => (scope === 'PUBLIC' ? maxAge : 0);

export interface CacheContext {
  /** False: the client wants a fresh answer. What it fetches is cached all the same. */
  readonly mayRead: boolean;
  /** The subgraphs that have contributed so far. */
  readonly sources: Set<string>;
  /** Under which this request's fetches are cached; known after the lookup. */
  generations?: Generations;
  /** Parts came from the cache, so this answer expires sooner than a fresh one. */
  hasCachedParts: boolean;
}

/**
 * Guests and customers see the same public data. Who has a permission may see more in the same fields (drafts, for example) and
 * must neither find nor leave shared entries.
 */
const isPublicViewer = (viewer: Viewer): boolean => !isStaff(viewer);

interface RequestFacts {
  readonly viewer: Viewer;
  readonly operation: OperationTypeNode | undefined;
  readonly cacheControl: string | undefined;
  /** Forwarded client headers make an answer specific to the client. */
  readonly forwardsHeaders: boolean;
}

/** `undefined` for a request that must neither read nor write the shared caches. */
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

/** By request. Subgraph calls of mutations, or of no known request, find nothing here. */
export interface CacheContexts {
  set(request: RequestContext, caching: CacheContext): void;
  get(request: RequestContext): CacheContext | undefined;
}

export const cacheContexts = (): CacheContexts => new WeakMap<RequestContext, CacheContext>();

// What an answer varies by. A CDN must not serve a guest's page to a client with a token: the token may be invalid.
const differsBy = ['authorization', 'accept'];

/**
 * Only complete, public GET responses to guests may be cached outside, for at most `maxAgeSeconds` because they cannot
 * be invalidated there. Everything else is `no-store`.
 */
export const httpCaching = (maxAgeSeconds: number): Step => ({
  after: ({ request, response, overallCachePolicy }) => {
    const headers = request.http?.headers;
    if (!headers) return;
    const policy = overallCachePolicy.policyIfCacheable();
    const isGuests = !headers.has('authorization') && !headers.has('cookie');
    const isWhole = !response.body.singleResult.errors?.length && (response.http.status ?? 200) === 200;
    const mayKeep = request.http?.method === 'GET' && isGuests && isWhole && policy;
    const seconds = mayKeep ? Math.min(sharedSeconds(policy), maxAgeSeconds) : 0;
    response.http.headers.set('cache-control', seconds > 0 ? `public, max-age=${seconds}` : 'no-store');
    if (request.http?.method === 'GET') response.http.headers.set('vary', differsBy.join(', '));
  },
});
