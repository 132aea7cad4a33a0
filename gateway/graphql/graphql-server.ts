/** Apollo Server over the federation: parsing, validation, CSRF prevention, the form of the answer. */
import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
} from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { FastifyInstance } from 'fastify';
import type { ValidationRule } from 'graphql';
import { checkInput } from '#platform/graphql/operation-input.ts';
import type { Logger } from '#platform/observability/log.ts';
import { legacyStatus } from '../http/legacy-status.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { keepDeclaredVariables } from './declared-variables.ts';
import { errorFormatter } from './errors.ts';
import { requireOneOperation } from './one-operation.ts';

export interface GraphqlServerOptions {
  readonly gateway: ApolloServerOptionsWithGateway<RequestContext>['gateway'];
  readonly http: FastifyInstance;
  readonly introspection: boolean;
  /** Whether a masked error says what it was about. */
  readonly errorDetail: boolean;
  readonly maxTokens: number;
  readonly documentStore: NonNullable<ApolloServerOptions<RequestContext>['documentStore']>;
  readonly persistedQueries: NonNullable<ApolloServerOptions<RequestContext>['persistedQueries']>;
  /** Checked beside the rules of the specification. */
  readonly validationRules?: readonly ValidationRule[];
  /** Of the other concerns, in the order in which they are to act. */
  readonly plugins?: readonly ApolloServerPlugin<RequestContext>[];
  readonly log: Logger;
}

/** Started: the schema is loaded. `stop()` waits for the requests under way. */
export const startGraphqlServer = async (options: GraphqlServerOptions): Promise<ApolloServer<RequestContext>> => {
  const {
    gateway,
    http,
    introspection,
    errorDetail,
    maxTokens,
    documentStore,
    persistedQueries,
    validationRules = [],
    plugins = [],
    log,
  } = options;
  const apollo = new ApolloServer<RequestContext>({
    gateway,
    logger: log,
    introspection,
    // Whoever may not read the schema must not learn it from "did you mean" either.
    hideSchemaDetailsFromClientErrors: !introspection,
    parseOptions: { maxTokens },
    documentStore,
    persistedQueries,
    validationRules: [...validationRules],
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(log, errorDetail),
    stopOnTerminationSignals: false,
    plugins: [
      drain(http),
      ApolloServerPluginLandingPageDisabled(),
      keepDeclaredVariables,
      requireOneOperation,
      ...plugins,
      checkInput,
      legacyStatus,
    ],
  });
  await apollo.start();
  return apollo;
};

/** Requests under way are waited for as long as the shutdown's deadline allows, and no other bound cuts them off. */
const drain = (http: FastifyInstance): ApolloServerPlugin => ({
  serverWillStart: async () => ({ drainServer: () => http.close() }),
});
