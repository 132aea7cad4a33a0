/** Fastify's request as Apollo Server takes one, and its answer back. */
import { Readable } from 'node:stream';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { searchOf } from '../http/request-target.ts';
import type { RequestContext } from '../identity/request-context.ts';

/**
 * The published integration builds a URL out of the `host` header, and answers 500 when that is none. What a client says
 * there is nobody's business here.
 */
export const apolloHandler =
  (apollo: ApolloServer<RequestContext>, contextOf: (request: FastifyRequest, reply: FastifyReply) => RequestContext) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const {
      status = 200,
      headers,
      body,
    } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method,
        headers: headerMap(request),
        search: searchOf(request.url),
        body: request.body,
      },
      context: async () => contextOf(request, reply),
    });
    reply.status(status).headers(Object.fromEntries(headers));
    return reply.send(body.kind === 'complete' ? body.string : Readable.from(body.asyncIterator));
  };

/** Apollo Server negotiates when the answer is there. What is left for it to choose from is what was decided before. */
const headerMap = ({ headers, answerType }: FastifyRequest): HeaderMap =>
  new HeaderMap(
    Object.entries({ ...headers, accept: answerType }).flatMap(([name, value]) =>
      value ? [[name, Array.isArray(value) ? value.join(', ') : value] as const] : [],
    ),
  );
