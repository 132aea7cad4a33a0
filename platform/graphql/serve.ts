/** Serves a subgraph's schema at `/graphql`, to the gateway and to nobody else. */
import { ApolloServer } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { CallerFault } from '#contracts/result.ts';
import { type Viewer, viewerHeader } from '#contracts/viewer.ts';
import type { VerifyViewer } from '../auth/viewer.ts';
import type { Logger } from '../observability/log.ts';
import { retryableError } from '../resilience/retryable-error.ts';
import { staffAnswersArePrivate } from './access.ts';
import { documentStore } from './document-store.ts';
import { checkInput } from './operation-input.ts';

export interface ServeOptions<Context> {
  readonly http: FastifyInstance;
  readonly schema: GraphQLSchema;
  /** One context a request: the viewer and what is loaded on their behalf. */
  readonly context: (viewer: Viewer) => Context;
  readonly verifyViewer: VerifyViewer;
  readonly log: Logger;
}

// 16 MiB: what the gateway makes of its clients' documents, thousands of them. Anybody may send new ones.
const documentsBytes = 16_777_216;

const viewerOf = new WeakMap<FastifyRequest, Viewer>();

/** Refuses (401, `UNSIGNED_REQUEST`) whatever does not carry a viewer signed by the gateway. */
export const serveGraphql = async <Context extends { viewer: Viewer }>(options: ServeOptions<Context>) => {
  const { http, schema, context, verifyViewer, log } = options;
  const apollo = new ApolloServer<Context>({
    schema,
    logger: log,
    introspection: false,
    // The gateway passes no places on: it speaks of the client's document, and not of this one.
    parseOptions: { noLocation: true },
    documentStore: documentStore(documentsBytes),
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(log),
    stopOnTerminationSignals: false,
    plugins: [
      fastifyApolloDrainPlugin(http),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      staffAnswersArePrivate,
      checkInput,
    ],
  });
  await apollo.start();
  const handler = fastifyApolloHandler(apollo, {
    context: async (request) => context(viewerOf.get(request) ?? { kind: 'guest' }),
  });
  http.route({
    url: '/graphql',
    method: 'POST',
    handler,
    preHandler: async (request, reply) => {
      const token = request.headers[viewerHeader];
      const viewer = typeof token === 'string' ? await verifyViewer(token) : undefined;
      if (viewer) viewerOf.set(request, viewer);
      else await reply.status(401).type('application/json').send(JSON.stringify(unsigned));
    },
  });
  return apollo;
};

const unsigned = {
  errors: [
    {
      message: 'This subgraph answers the gateway only: the request carries no viewer that the gateway signed.',
      extensions: { code: 'UNSIGNED_REQUEST' },
    },
  ],
};

/** What a client may see of an error: a caller's fault with its code; of a bug or an outage only that there was one. */

const maskedMessage = 'Something went wrong on our side.';

/**
 * For Apollo Server's `formatError`. What the caller may ask for again says so in its code. Bugs are logged whole and
 * leave masked, with code INTERNAL_SERVER_ERROR.
 */
export const errorFormatter =
  (log: Logger) =>
  (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const original = unwrapResolverError(error);
    const where = {
      ...(formatted.path && { path: formatted.path }),
      ...(formatted.locations && { locations: formatted.locations }),
    };
    if (original instanceof CallerFault)
      return { message: original.message, ...where, extensions: { code: original.code } };
    // A GraphQLError thrown on purpose, or made by GraphQL itself from the caller's document or variables.
    const ours = original instanceof GraphQLError || (error instanceof GraphQLError && !error.originalError);
    const code = formatted.extensions?.code;
    if (ours && code !== 'INTERNAL_SERVER_ERROR')
      return {
        message: formatted.message,
        ...where,
        extensions: { code: typeof code === 'string' ? code : 'BAD_USER_INPUT' },
      };
    const passing = retryableError(original);
    if (passing) {
      log.warn({ err: passing.cause ?? passing, code: passing.code, path: formatted.path }, 'not served now');
      return { message: passing.message, ...where, extensions: { code: passing.code } };
    }
    log.error({ err: original, path: formatted.path }, 'resolver failed');
    return { message: maskedMessage, ...where, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
