/** The route `/graphql`: POST and GET for clients, the playground for browsers. */
import { Readable } from 'node:stream';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Viewer } from '#contracts/viewer.ts';
import { BodyFault } from '#platform/http/body.ts';
import type { Logger } from '#platform/observability/log.ts';
import { limitKey } from '#platform/resilience/limit-key.ts';
import type { DocumentGate } from '../documents/documents.ts';
import { isLegacyClient, operationTypes, pageType } from '../http/content-negotiation.ts';
import { queryStringOf } from '../http/http-server.ts';
import { type Authenticate, type Authenticated, anybody, type Refusal } from '../identity/credentials.ts';
import { type RequestContext, userAgentOf } from '../identity/request-context.ts';
import { errorBody, maskedBody } from './errors.ts';
import type { KnownOperations } from './known-operations.ts';

interface GraphqlRouteOptions {
  readonly http: FastifyInstance;
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticate: Authenticate;
  readonly gate: DocumentGate;
  readonly contextOf: (viewer: Viewer, request: FastifyRequest, reply: FastifyReply) => RequestContext;
  readonly known: Pick<KnownOperations, 'answer'>;
  readonly sendPlayground: ((request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) | undefined;
  readonly log: Logger;
}

export const serveGraphql = (options: GraphqlRouteOptions): void => {
  const { http, apollo, contextOf, known, sendPlayground, log } = options;
  const { preHandler, callerOf } = requestGuard(options);
  const requestOf = (request: FastifyRequest, reply: FastifyReply): RequestContext => {
    const { viewer } = callerOf(request);
    return {
      ...contextOf(viewer, request, reply),
      address: request.ip,
      userAgent: userAgentOf(request),
      limitKey: limitKey(viewer, request.ip),
      isLegacyClient: isLegacyClient(request),
      takesText: true,
    };
  };
  const byApollo = apolloHandler(apollo, requestOf);
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const answer = request.method === 'POST' ? known.answer(request, () => requestOf(request, reply)) : undefined;
    if (!answer) return byApollo(request, reply);
    const { status, headers, text } = await answer;
    for (const [name, value] of headers) reply.header(name, value);
    return reply.status(status).header('content-type', request.answerType).send(text);
  };
  const onError = errorHandler(log);

  const config = { answers: operationTypes };
  http.route({ method: 'POST', url: '/graphql', config, preHandler, handler, errorHandler: onError });
  http.route({
    method: 'GET',
    url: '/graphql',
    config: sendPlayground ? { answers: [...operationTypes, pageType] } : config,
    errorHandler: onError,
    preHandler: async (request, reply) => {
      // The playground keeps its query in the URL, so a browser's reload sends `?query=`, too.
      if (sendPlayground && request.answerType === pageType) return sendPlayground(request, reply);
      return preHandler(request, reply);
    },
    handler,
  });
  http.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: (_, reply) => reply.status(405).header('allow', 'GET, POST').send(wrongMethod),
  });
};

const wrongMethod = errorBody('METHOD_NOT_ALLOWED', 'Operations are sent by POST, queries by GET as well.');

/** Admits requests with a valid token or key, or none, and a document that may be run. */
export const requestGuard = ({ authenticate, gate }: Pick<GraphqlRouteOptions, 'authenticate' | 'gate'>) => {
  const callers = new WeakMap<FastifyRequest, Authenticated>();
  const preHandler = async (request: FastifyRequest, reply: FastifyReply) => {
    const result = await authenticate(request.headers.authorization);
    if (!result.ok) return refuse(reply, result.failure);
    callers.set(request, result.value);
    const refusal = gate(request, result.value.viewer);
    // A shared cache might remember the 404 of an unknown document.
    if (refusal)
      return reply
        .status(refusal.status)
        .header('cache-control', 'no-store')
        .send(errorBody(refusal.code, refusal.message));
    return undefined;
  };
  return { preHandler, callerOf: (request: FastifyRequest): Authenticated => callers.get(request) ?? anybody };
};

/** Reports errors in the form that GraphQL clients read. */
export const errorHandler = (log: Logger) => (error: FastifyError, _: FastifyRequest, reply: FastifyReply) => {
  const status = error.statusCode ?? 500;
  if (status >= 500) log.error({ err: error }, 'request failed');
  return reply.status(status).send(status >= 500 ? maskedBody() : bodyFault(error));
};

const statusOf: Record<Refusal['kind'], 401 | 503> = { UNAUTHENTICATED: 401, AUTHENTICATION_UNAVAILABLE: 503 };

const refuse = (reply: FastifyReply, { kind, message }: Refusal) => {
  if (kind === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  return reply.status(statusOf[kind]).send(errorBody(kind, message));
};

/** Body errors before GraphQL, by Fastify's code. */
const bodyFaults: Record<string, readonly [code: string, message: string]> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['BAD_REQUEST', 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['BAD_REQUEST', 'The body is empty; it must be JSON with a "query".'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json.'],
};

const bodyFault = (error: FastifyError | BodyFault) =>
  error instanceof BodyFault
    ? errorBody(error.code, error.message)
    : errorBody(...(bodyFaults[error.code] ?? (['BAD_REQUEST', 'The request cannot be read.'] as const)));

/**
 * The published integration builds a URL from the `host` header and answers 500 when it is invalid. We ignore the
 * header.
 */
const apolloHandler =
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
        search: queryStringOf(request.url),
        body: request.body,
      },
      context: async () => contextOf(request, reply),
    });
    reply.status(status).headers(Object.fromEntries(headers));
    return reply.send(body.kind === 'complete' ? body.string : Readable.from(body.asyncIterator));
  };

/** Apollo Server negotiates after execution, so it gets only the type that was negotiated before. */
const headerMap = ({ headers, answerType }: FastifyRequest): HeaderMap =>
  new HeaderMap(
    Object.entries({ ...headers, accept: answerType }).flatMap(([name, value]) =>
      value ? [[name, Array.isArray(value) ? value.join(', ') : value] as const] : [],
    ),
  );
