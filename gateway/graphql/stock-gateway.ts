/**
 * @apollo/gateway with its own executor: what the compiled one is held against, and where operations go that it lacks
 * something for.
 */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { QueryPlanCache } from '@apollo/query-planner';
import type { Logger } from '#platform/observability/log.ts';
import type { Execute } from '../execution/executor.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { recordPlan } from '../observability/operation-metrics.ts';
import { plannerOptions } from '../planning/query-planner.ts';
import { compactPlan } from '../schema/query-plans.ts';
import { addPartialDataErrors, placeErrors } from './partial-data-errors.ts';
import type { SubgraphFetch } from './subgraph-fetch.ts';

// @apollo/gateway reports usage to Apollo unless told otherwise.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

interface StockOptions {
  readonly supergraph: string;
  readonly fetchOf: (name: string, url: string) => SubgraphFetch;
  readonly plans: QueryPlanCache;
  readonly log: Logger;
}

export const stockGateway = async ({ supergraph, fetchOf, plans, log }: StockOptions) => {
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    // Composition has checked it, but the text may have been edited since.
    validateSupergraph: true,
    queryPlannerConfig: {
      ...plannerOptions,
      cache: {
        get: (key) => plans.get(key),
        set: (key, plan) => plans.set(key, compactPlan(plan)),
        delete: (key) => plans.delete(key),
        // @apollo/gateway clears its cache when it loads a supergraph; this one belongs to a single supergraph.
        clear: () => undefined,
      },
    },
    buildService: ({ name, url = '' }) => dataSource(fetchOf(name, url)),
    experimental_didResolveQueryPlan: ({ queryPlan, requestContext }) => recordPlan(requestContext.context, queryPlan),
    // At level info it only logs that it loaded, on two lines.
    logger: log.child({}, { level: log.level === 'info' ? 'warn' : log.level }),
    __exposeQueryPlanExperimental: false,
  });
  const { schema, executor } = await gateway.load();
  const execute: Execute = async (request) => addPartialDataErrors(await executor(request));
  return { schema, executor: execute };
};

const dataSource = (fetch: SubgraphFetch): GraphQLDataSource<RequestContext & Record<string, unknown>> => ({
  async process(options) {
    // The other kinds are health checks and introspection of subgraphs, which this gateway never makes.
    if (!('incomingRequestContext' in options)) throw new Error(`unsupported kind of request: ${options.kind}`);
    const { query = '', variables, operationName } = options.request;
    const request = { query, variables, operationName };
    const { overallCachePolicy } = options.incomingRequestContext;
    return placeErrors(request, await fetch({ context: options.context, overallCachePolicy })(request));
  },
});
