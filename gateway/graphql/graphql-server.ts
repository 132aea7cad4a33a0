/** Apollo Server: parsing, validation, CSRF prevention, response format. */
import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
} from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { FastifyInstance } from 'fastify';
import { GraphQLError, type ValidationRule } from 'graphql';
import { checkInput } from '#platform/graphql/operation-input.ts';
import type { Logger } from '#platform/observability/log.ts';
import { legacyStatus } from '../http/content-negotiation.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { errorFormatter } from './errors.ts';
import { stringifyResult } from './response-text.ts';

interface GraphqlServerOptions {
  readonly gateway: ApolloServerOptionsWithGateway<RequestContext>['gateway'];
  readonly http: FastifyInstance;
  readonly introspection: boolean;
  readonly errorDetail: boolean;
  readonly maxTokens: number;
  readonly documentStore: NonNullable<ApolloServerOptions<RequestContext>['documentStore']>;
  readonly persistedQueries: NonNullable<ApolloServerOptions<RequestContext>['persistedQueries']>;
  readonly validationRules?: readonly ValidationRule[];
  readonly plugins?: readonly ApolloServerPlugin<RequestContext>[];
  readonly log: Logger;
}

/** Resolves when the schema is loaded. `stop()` waits for requests in flight. */
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
    // Without introspection, "did you mean" hints must not reveal the schema either.
    hideSchemaDetailsFromClientErrors: !introspection,
    parseOptions: { maxTokens },
    documentStore,
    persistedQueries,
    validationRules: [...validationRules],
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(log, errorDetail),
    stringifyResult,
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

/** Requests in flight are waited for until the shutdown deadline, and no other bound cuts them off. */
const drain = (http: FastifyInstance): ApolloServerPlugin => ({
  serverWillStart: async () => ({ drainServer: () => http.close() }),
});

/**
 * Drops variables that the operation does not declare: per the specification they mean nothing, so nobody should read,
 * copy or forward them. Must be the first plugin.
 */
export const keepDeclaredVariables: ApolloServerPlugin = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, request }) => {
      const sent = request.variables;
      if (!operation || !sent) return;
      const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
      request.variables = Object.fromEntries(
        declared.filter((name) => Object.hasOwn(sent, name)).map((name) => [name, sent[name]]),
      );
    },
  }),
};

/**
 * A document with several operations must name the one to run; the gateway's executor would answer 500. An empty name
 * counts as none: that is what forms and query strings send.
 */
const requireOneOperation: ApolloServerPlugin = {
  requestDidStart: async ({ request: started }) => {
    if (started.operationName === '') delete started.operationName;
    return {
      didResolveOperation: async ({ operation, request }) => {
        if (operation) return;
        throw new GraphQLError(
          request.operationName
            ? 'The document has no operation with this name.'
            : 'The document has several operations: choose one with "operationName".',
          { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } },
        );
      },
    };
  },
};
