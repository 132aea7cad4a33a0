/** Apollo Server over the federation: parsing, validation, CSRF prevention, the form of the answer. */
import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { ValidationRule } from 'graphql';
import type { Logger } from '../../platform/log.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { errorFormatter } from './errors.ts';
import { requireOneOperation } from './one-operation.ts';

export interface GraphqlServerOptions {
  readonly gateway: ApolloServerOptionsWithGateway<RequestContext>['gateway'];
  readonly http: FastifyInstance;
  readonly introspection: boolean;
  readonly maxTokens: number;
  /** Checked beside the rules of the specification. */
  readonly validationRules?: readonly ValidationRule[];
  /** Of the other concerns, in the order in which they are to act. */
  readonly plugins?: readonly ApolloServerPlugin<RequestContext>[];
  readonly log: Logger;
}

/** Started: the schema is loaded. `stop()` waits for the requests under way. */
export const startGraphqlServer = async (options: GraphqlServerOptions): Promise<ApolloServer<RequestContext>> => {
  const { gateway, http, introspection, maxTokens, validationRules = [], plugins = [], log } = options;
  const apollo = new ApolloServer<RequestContext>({
    gateway,
    logger: log,
    introspection,
    // Whoever may not read the schema must not learn it from "did you mean" either.
    hideSchemaDetailsFromClientErrors: !introspection,
    parseOptions: { maxTokens },
    validationRules: [...validationRules],
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(log),
    stopOnTerminationSignals: false,
    plugins: [fastifyApolloDrainPlugin(http), ApolloServerPluginLandingPageDisabled(), requireOneOperation, ...plugins],
  });
  await apollo.start();
  return apollo;
};
