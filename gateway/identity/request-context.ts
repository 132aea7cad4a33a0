/** What the gateway knows of one client request, and the only headers that it sends on to a subgraph. */
import { requestIdHeader, type Viewer, viewerHeader } from '../../contracts/viewer.ts';
import { currentContext } from '../../platform/context.ts';

export interface RequestContext {
  /** The same for every subgraph call of the request. */
  readonly subgraphHeaders: Readonly<Record<string, string>>;
}

/**
 * Nothing that the client sent travels on, except its request id and trace: a subgraph learns who is asking from the
 * gateway's signature alone, and the access token never leaves the gateway.
 */
export const requestContext =
  (signViewer: (viewer: Viewer) => Promise<string>) =>
  async (viewer: Viewer): Promise<RequestContext> => {
    const { correlationId, traceparent } = currentContext();
    return {
      subgraphHeaders: {
        'content-type': 'application/json',
        accept: 'application/json',
        [viewerHeader]: await signViewer(viewer),
        [requestIdHeader]: correlationId,
        ...(traceparent && { traceparent }),
      },
    };
  };
