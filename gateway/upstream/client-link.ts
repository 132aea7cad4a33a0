/** What the subgraph calls of a request have to do with its client: headers on the way in and out, and whether it is still there. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientGone } from './deadline.ts';
import type { ReturnedHeaders } from './subgraph-call.ts';

export interface ClientLink {
  /** Aborted when the client hangs up before its answer. */
  readonly gone: AbortSignal;
  /** Puts a subgraph's headers on the client's response. */
  readonly giveBack: (headers: ReturnedHeaders) => void;
}

/** Adds to each request's context the link to its client, and to what subgraphs are sent the headers in `forward`. */
export const linkedToClient =
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
  return { gone: gone.signal, giveBack: (headers) => giveBack(reply, headers) };
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
