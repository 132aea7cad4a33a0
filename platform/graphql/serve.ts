/** Serves a subgraph's schema at `/graphql`, to the gateway and to nobody else. */
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { type Viewer, viewerHeader } from '#contracts/viewer.ts';
import type { VerifyViewer } from '../auth/viewer.ts';
import type { Logger } from '../observability/log.ts';
import { staffAnswersArePrivate } from './cache-control.ts';
import { documentStore } from './document-store.ts';
import { errorFormatter } from './errors.ts';
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
