/** What the gateway knows of one client request, and the only headers that it sends on to a subgraph. */
import { requestIdHeader, type Viewer, viewerHeader } from '#contracts/viewer.ts';
import type { SignViewer } from '#platform/auth/viewer.ts';
import { currentContext } from '#platform/observability/context.ts';
import { addressKey } from '#platform/resilience/limit-key.ts';
import type { ClientLink } from '../upstream/client-link.ts';
import { isMutation, type SubgraphRequest } from '../upstream/subgraph-call.ts';

export interface RequestContext {
  /** On whose behalf it is; for limits and decisions of the gateway's own. */
  readonly viewer: Viewer;
  /** Where the request came from, past trusted proxies. Absent when the gateway asks by itself: for a live query, say. */
  readonly address?: string;
  /** Whom limits count it under. */
  readonly limitKey?: string;
  /** Whether the client knows no other media type than JSON's own. */
  readonly isLegacyClient?: boolean;
  /** The same for every subgraph call of the request. */
  readonly subgraphHeaders: Readonly<Record<string, string>>;
  /** Absent when subgraphs are to hear of no viewer. */
  readonly signViewer?: SignViewer | undefined;
  /** Who waits for the answer, when there is one connection that it goes to. */
  readonly client?: ClientLink;
}

/**
 * Nothing that the client sent travels on, except its request id (and its trace, which each call is given as it is
 * sent): a subgraph learns who is asking from the gateway's signature alone, and the access token never leaves the
 * gateway.
 */
export const requestContext =
  (signViewer: SignViewer | undefined) =>
  (viewer: Viewer): RequestContext => {
    const { correlationId } = currentContext();
    return {
      viewer,
      subgraphHeaders: {
        'content-type': 'application/json',
        accept: 'application/json',
        [requestIdHeader]: correlationId,
      },
      signViewer,
    };
  };

/** What one call of a subgraph is sent with: the viewer is made out to it alone, and with a mutation goes the address. */
export const headersOf = async (
  { viewer, address, subgraphHeaders, signViewer }: RequestContext,
  subgraph: string,
  request: SubgraphRequest,
): Promise<Readonly<Record<string, string>>> => {
  if (!signViewer) return subgraphHeaders;
  const named = address && isMutation(request) ? { ...viewer, address: addressKey(address) } : viewer;
  return { ...subgraphHeaders, [viewerHeader]: await signViewer(named, subgraph) };
};
