/** What the gateway knows of one client request, and the only headers that it sends on to a subgraph. */
import { requestIdHeader, type Viewer, viewerHeader } from '../../contracts/viewer.ts';
import { currentContext } from '../../platform/context.ts';
import type { ClientLink } from '../upstream/client-link.ts';

export interface RequestContext {
  /** On whose behalf it is; for limits and decisions of the gateway's own. */
  readonly viewer: Viewer;
  /** Where the request came from, past trusted proxies. Absent when the gateway asks by itself: for a live query, say. */
  readonly address?: string;
  /** Whether the client knows no other media type than JSON's own. */
  readonly isLegacyClient?: boolean;
  /** The same for every subgraph call of the request. */
  readonly subgraphHeaders: Readonly<Record<string, string>>;
  /** Who waits for the answer, when there is one connection that it goes to. */
  readonly client?: ClientLink;
}

/**
 * Nothing that the client sent travels on, except its request id (and its trace, which each call is given as it is
 * sent): a subgraph learns who is asking from the gateway's signature alone, and the access token never leaves the
 * gateway.
 */
export const requestContext =
  (signViewer: ((viewer: Viewer) => Promise<string>) | undefined) =>
  async (viewer: Viewer): Promise<RequestContext> => {
    const { correlationId } = currentContext();
    return {
      viewer,
      subgraphHeaders: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(signViewer && { [viewerHeader]: await signViewer(viewer) }),
        [requestIdHeader]: correlationId,
      },
    };
  };
