/** Which requests take part in caches that all share, and what caching has to remember of one while it runs. */
import { OperationTypeNode } from 'graphql';
import type { Viewer } from '#contracts/viewer.ts';
import type { RequestContext } from '../identity/request-context.ts';
import type { Generations } from './cache-store.ts';

export interface Sharing {
  /** False: what was kept is not good enough for this request. What it fetches is kept all the same. */
  readonly mayRead: boolean;
  /** The subgraphs that have contributed so far. */
  readonly madeFrom: Set<string>;
  /** Of the data that this request's fetches may still find; known once the request has been looked up. */
  generations?: Generations;
  /** Parts of the answer were found, so its time is shorter than that of one made anew. */
  foundParts: boolean;
}

/**
 * Guests and customers see the same of what is public; `public` of a subgraph's answer says so. Whoever has another
 * role may be shown more in the very same fields (drafts, say) and must not find what others were shown.
 */
export const isOneOfThePublic = (viewer: Viewer): boolean =>
  viewer.kind === 'guest' || viewer.roles.every((role) => role === 'CUSTOMER');

export interface RequestFacts {
  readonly viewer: Viewer;
  readonly operation: OperationTypeNode | undefined;
  readonly cacheControl: string | undefined;
  /** The client's headers that go on to subgraphs make an answer the client's own. */
  readonly forwardsHeaders: boolean;
}

/** `undefined` for a request that must neither find nor leave anything. */
export const sharingOf = ({ viewer, operation, cacheControl, forwardsHeaders }: RequestFacts): Sharing | undefined => {
  if (operation !== OperationTypeNode.QUERY || !isOneOfThePublic(viewer) || forwardsHeaders) return undefined;
  const asked = (cacheControl ?? '').toLowerCase();
  if (asked.includes('no-store')) return undefined;
  return { mayRead: !asked.includes('no-cache'), madeFrom: new Set(), foundParts: false };
};

/** By request. A call of a subgraph that is made for no known request (or for a mutation) finds nothing here. */
export interface SharingRequests {
  set(request: RequestContext, sharing: Sharing): void;
  get(request: RequestContext): Sharing | undefined;
}

export const sharingRequests = (): SharingRequests => new WeakMap<RequestContext, Sharing>();
