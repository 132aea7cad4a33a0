/** What the gateway knows of a client request, and the only headers that it sends on to subgraphs. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestIdHeader, type Viewer, viewerHeader } from '#contracts/viewer.ts';
import type { SignViewer } from '#platform/auth/viewer.ts';
import { currentContext } from '#platform/observability/context.ts';
import { addressKey } from '#platform/resilience/limit-key.ts';
import { clientGone, isMutation, type ReturnedHeaders, type SubgraphRequest } from '../upstream/subgraph-call.ts';

export interface RequestContext {
  /** For limits and decisions of the gateway itself. */
  readonly viewer: Viewer;
  /**
   * The client's address, past trusted proxies. Absent when the gateway asks by itself, for a live query for example.
   */
  readonly address?: string;
  /** Of what the client calls itself, as much as a list of sessions shows. */
  readonly userAgent?: string | undefined;
  /** What the client calls itself, or ''. Only where there is no HTTP request with it: in the first look of a live query. */
  readonly clientName?: string;
  /** Whom limits count the request under. */
  readonly limitKey?: string;
  /** Whether the client accepts only application/json. */
  readonly isLegacyClient?: boolean;
  /** Data may come as JSON text (graphql/response-text.ts): they are only passed on. */
  readonly takesText?: boolean;
  /** The same for every subgraph call of the request. */
  readonly subgraphHeaders: Readonly<Record<string, string>>;
  /** Absent when subgraphs get no viewer. */
  readonly signViewer?: SignViewer | undefined;
  /** Absent when no single connection waits for the answer. */
  readonly client?: ClientLink;
}

/**
 * Nothing the client sent is forwarded except its request id (and its trace, added to each call): subgraphs learn the
 * viewer from the gateway's signature alone, and the access token never leaves the gateway.
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

/** Headers of one subgraph call: the viewer is signed for this subgraph alone; for mutations with where the client is, and what. */
export const headersOf = (
  { viewer, address, userAgent, subgraphHeaders, signViewer }: RequestContext,
  subgraph: string,
  request: SubgraphRequest,
): Readonly<Record<string, string>> => {
  if (!signViewer) return subgraphHeaders;
  const client =
    address && isMutation(request) ? { address: addressKey(address), ...(userAgent && { userAgent }) } : {};
  return { ...subgraphHeaders, [viewerHeader]: signViewer({ ...viewer, ...client }, subgraph) };
};

// The longest that a signed viewer may have (contracts/viewer.ts). Browsers have about 120 characters.
const userAgentLength = 200;

export const userAgentOf = ({ headers }: FastifyRequest): string | undefined =>
  headers['user-agent']?.slice(0, userAgentLength);

interface ClientLink {
  /** Aborted when the client disconnects before its answer. */
  readonly gone: AbortSignal;
  /** Copies a subgraph's headers to the client's response. */
  readonly returnHeaders: (headers: ReturnedHeaders) => void;
}

/**
 * Adds the link to its client to each request's context, and the client's headers in `forward` to those of subgraph
 * calls.
 */
export const withClientLink =
  <Caller, Context extends { readonly subgraphHeaders: Readonly<Record<string, string>> }>(
    contextOf: (caller: Caller) => Context,
    forward: readonly string[],
  ) =>
  (caller: Caller, request: FastifyRequest, reply: FastifyReply): Context & { client: ClientLink } => {
    const client = clientLink(reply);
    const context = contextOf(caller);
    // The gateway's own headers come last: no client can override them.
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

export const forwardedHeaders = ({ headers }: FastifyRequest, forward: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    forward.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value.toString()]];
    }),
  );

/** Cookies of several subgraphs are kept all; of any other header the first. */
const giveBack = (reply: FastifyReply, headers: ReturnedHeaders): void => {
  if (reply.sent) return;
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'set-cookie' || !reply.hasHeader(name)) reply.header(name, value);
  }
};
