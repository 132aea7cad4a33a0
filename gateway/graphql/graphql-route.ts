/** `/graphql`, the one door: POST and GET for clients, the playground for browsers. */
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { guest, type Viewer } from '../../contracts/viewer.ts';
import type { Logger } from '../../platform/log.ts';
import type { Authenticate, Refusal } from '../identity/authentication.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { errorBody, maskedBody } from './errors.ts';

export interface GraphqlRouteOptions {
  readonly http: FastifyInstance;
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticate: Authenticate;
  readonly contextOf: (viewer: Viewer) => Promise<RequestContext>;
  readonly sendPlayground: ((request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) | undefined;
  readonly log: Logger;
}

export const serveGraphql = (options: GraphqlRouteOptions): void => {
  const { http, apollo, authenticate, contextOf, sendPlayground, log } = options;
  const viewers = new WeakMap<FastifyRequest, Viewer>();

  const preHandler = async (request: FastifyRequest, reply: FastifyReply) => {
    const result = await authenticate(request.headers.authorization);
    if (result.ok) viewers.set(request, result.value);
    else await refuse(reply, result.failure);
  };
  const handler = fastifyApolloHandler(apollo, {
    context: (request) => contextOf(viewers.get(request) ?? guest),
  });
  const errorHandler = (error: FastifyError, _: FastifyRequest, reply: FastifyReply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error }, 'request failed');
    return reply.status(status).send(status >= 500 ? maskedBody : bodyFault(error));
  };

  http.route({ method: 'POST', url: '/graphql', preHandler, handler, errorHandler });
  http.route({
    method: 'GET',
    url: '/graphql',
    errorHandler,
    preHandler: async (request, reply) => {
      // The playground keeps its query in the address, so a browser that reloads asks with `?query=`, too.
      if (sendPlayground && wantsPage(request)) return sendPlayground(request, reply);
      return preHandler(request, reply);
    },
    handler,
  });
};

const wantsPage = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/html') ?? false;

const statusOf: Record<Refusal['kind'], 401 | 503> = { UNAUTHENTICATED: 401, AUTHENTICATION_UNAVAILABLE: 503 };

const refuse = (reply: FastifyReply, { kind, message }: Refusal) => {
  if (kind === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  return reply.status(statusOf[kind]).send(errorBody(kind, message));
};

/** Faults of a body that never reached GraphQL, by Fastify's code. */
const bodyFaults: Record<string, readonly [code: string, message: string]> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['BAD_REQUEST', 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['BAD_REQUEST', 'The body is empty; it must be JSON with a "query".'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['PAYLOAD_TOO_LARGE', 'The body is too large.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json.'],
};

const bodyFault = ({ code }: FastifyError) =>
  errorBody(...(bodyFaults[code] ?? (['BAD_REQUEST', 'The request cannot be read.'] as const)));
