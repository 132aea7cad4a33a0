/** Apollo Server: parsing, validation, CSRF prevention, response format. */
import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
} from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { FastifyInstance } from 'fastify';
import type { ValidationRule } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import type { RequestContext } from '../identity/request-context.ts';
import type { FormatError } from './errors.ts';
import { stringifyResult } from './response-text.ts';

interface GraphqlServerOptions {
  readonly gateway: ApolloServerOptionsWithGateway<RequestContext>['gateway'];
  readonly http: FastifyInstance;
  readonly introspection: boolean;
  readonly formatError: FormatError;
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
    formatError,
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
    formatError,
    stringifyResult,
    stopOnTerminationSignals: false,
    plugins: [
      drain(http),
      ApolloServerPluginLandingPageDisabled(),
      // Otherwise Apollo Server adds its own, which sets `cache-control`: that is ours (caching/cache-policy.ts).
      ApolloServerPluginCacheControl({ calculateHttpHeaders: false }),
      ...plugins,
    ],
  });
  await apollo.start();
  return apollo;
};

/** Requests in flight are waited for until the shutdown deadline, and no other bound cuts them off. */
const drain = (http: FastifyInstance): ApolloServerPlugin => ({
  serverWillStart: async () => ({ drainServer: () => http.close() }),
});
