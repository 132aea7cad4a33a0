/** What the gateway knows of one client request, and the only headers that it sends on to a subgraph. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestIdHeader, type Viewer, viewerHeader } from '#contracts/viewer.ts';
import type { SignViewer } from '#platform/auth/viewer.ts';
import { currentContext } from '#platform/observability/context.ts';
import { addressKey } from '#platform/resilience/limit-key.ts';
import { clientGone } from '../upstream/deadline.ts';
import { isMutation, type ReturnedHeaders, type SubgraphRequest } from '../upstream/subgraph-call.ts';

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

interface ClientLink {
  /** Aborted when the client hangs up before its answer. */
  readonly gone: AbortSignal;
  /** Puts a subgraph's headers on the client's response. */
  readonly returnHeaders: (headers: ReturnedHeaders) => void;
}

/** Adds to each request's context the link to its client, and to what subgraphs are sent the headers in `forward`. */
export const withClientLink =
  <Caller, Context extends { readonly subgraphHeaders: Readonly<Record<string, string>> }>(
    contextOf: (caller: Caller) => Context,
    forward: readonly string[],
  ) =>
  (caller: Caller, request: FastifyRequest, reply: FastifyReply): Context & { client: ClientLink } => {
    const client = clientLink(reply);
    const context = contextOf(caller);
    // The gateway's own words come last: no client can take their place.
    return {
      ...context,
      client,
      subgraphHeaders: { ...forwardedHeaders(request, forward), ...context.subgraphHeaders },
    };
  };

const clientLink = (reply: FastifyReply): ClientLink => {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(clientGone());
  });
  return { gone: gone.signal, returnHeaders: (headers) => giveBack(reply, headers) };
};

/** Those of the client's headers that are sent on. */
export const forwardedHeaders = ({ headers }: FastifyRequest, forward: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    forward.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value.toString()]];
    }),
  );

/** Cookies of several subgraphs are as many header lines. Of any other header the first that came stands. */
const giveBack = (reply: FastifyReply, headers: ReturnedHeaders): void => {
  if (reply.sent) return;
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'set-cookie' || !reply.hasHeader(name)) reply.header(name, value);
  }
};
