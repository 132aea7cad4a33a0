/** Apollo Server over the federation: parsing, validation, CSRF prevention, the form of the answer. */
import { ApolloServer, type ApolloServerOptionsWithGateway } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../platform/log.ts';
import { errorFormatter } from './errors.ts';
import { requireOneOperation } from './one-operation.ts';
import type { RequestContext } from './request-context.ts';

export interface GraphqlServerOptions {
  readonly gateway: ApolloServerOptionsWithGateway<RequestContext>['gateway'];
  readonly http: FastifyInstance;
  readonly introspection: boolean;
  readonly maxTokens: number;
  readonly log: Logger;
}

/** Started: the schema is loaded. `stop()` waits for the requests under way. */
export const startGraphqlServer = async (options: GraphqlServerOptions): Promise<ApolloServer<RequestContext>> => {
  const { gateway, http, introspection, maxTokens, log } = options;
  const apollo = new ApolloServer<RequestContext>({
    gateway,
    logger: log,
    introspection,
    // Whoever may not read the schema must not learn it from "did you mean" either.
    hideSchemaDetailsFromClientErrors: !introspection,
    parseOptions: { maxTokens },
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(log),
    stopOnTerminationSignals: false,
    plugins: [fastifyApolloDrainPlugin(http), ApolloServerPluginLandingPageDisabled(), requireOneOperation],
  });
  await apollo.start();
  return apollo;
};
