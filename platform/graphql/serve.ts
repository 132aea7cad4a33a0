/** Serves a subgraph's schema at `/graphql`, to the gateway only. */
import { ApolloServer } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { maskCardNumbers } from '#contracts/card-number.ts';
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
  /** One context per request: the viewer and their loaders. */
  readonly context: (viewer: Viewer) => Context;
  readonly verifyViewer: VerifyViewer;
  readonly log: Logger;
}

// 16 MiB: thousands of the gateway's documents. Any client can cause new ones.
const documentsBytes = 16_777_216;

const viewerOf = new WeakMap<FastifyRequest, Viewer>();

/** Refuses (401, `UNSIGNED_REQUEST`) requests without a viewer signed by the gateway. */
export const serveGraphql = async <Context extends { viewer: Viewer }>(options: ServeOptions<Context>) => {
  const { http, schema, context, verifyViewer, log } = options;
  const apollo = new ApolloServer<Context>({
    schema,
    logger: log,
    introspection: false,
    // The gateway drops locations: they refer to this document, not to the client's.
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

const maskedMessage = 'Something went wrong on our side.';

const refusedByScalar = (error: unknown): boolean =>
  error instanceof GraphQLError &&
  error.originalError instanceof GraphQLError &&
  error.originalError.extensions.code === 'BAD_USER_INPUT';

/**
 * For Apollo Server's `formatError`. Caller faults and retryable errors keep their codes. Bugs are logged in full and
 * masked as INTERNAL_SERVER_ERROR.
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
    // A GraphQLError thrown on purpose, or by graphql-js for the caller's document or variables.
    const ours = original instanceof GraphQLError || (error instanceof GraphQLError && !error.originalError);
    // What a scalar refuses in a document is input as it is in a variable, and no mistake of the gateway's.
    const code = refusedByScalar(error) ? 'BAD_USER_INPUT' : formatted.extensions?.code;
    if (ours && code !== 'INTERNAL_SERVER_ERROR')
      return {
        message: maskCardNumbers(formatted.message),
        ...where,
        extensions: { code: typeof code === 'string' ? code : 'BAD_USER_INPUT' },
      };
    const retryable = retryableError(original);
    if (retryable) {
      log.warn({ err: retryable.cause ?? retryable, code: retryable.code, path: formatted.path }, 'retryable failure');
      return { message: retryable.message, ...where, extensions: { code: retryable.code } };
    }
    log.error({ err: original, path: formatted.path }, 'resolver failed');
    return { message: maskedMessage, ...where, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
