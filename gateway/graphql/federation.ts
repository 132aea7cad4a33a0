/**
 * The executor: turns an operation into subgraph calls. This file is the seam: another executor is built from the same
 * supergraph and the same clients. `schema/` decides which supergraph.
 */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { QueryPlanCache } from '@apollo/query-planner';
import type { Logger } from '#platform/observability/log.ts';
import { type CachePolicy, restrictPolicy } from '../caching/cache-policy.ts';
import { entitiesIn, type ReadThrough } from '../caching/entity-cache.ts';
import { headersOf, type RequestContext } from '../identity/request-context.ts';
import { recordFetch, recordPlan } from '../observability/operation-metrics.ts';
import { type SubgraphAnswer, type SubgraphRequest, subgraphError } from '../upstream/subgraph-call.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';
import { addPartialDataErrors, placeErrors } from './partial-data-errors.ts';

// @apollo/gateway reports usage to Apollo unless told otherwise.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

export type Execute = ApolloGateway['executor'];

interface FederationOptions {
  readonly supergraph: string;
  /** Called once per subgraph of the supergraph, with its routing URL. */
  readonly clientOf: (name: string, url: string) => Pick<SubgraphClient, 'call'>;
  readonly readThrough?: ReadThrough | undefined;
  readonly plans: QueryPlanCache;
  readonly log: Logger;
}

/** `load()` rejects when the text is not a usable supergraph. */
export const federation = ({ supergraph, clientOf, readThrough, plans, log }: FederationOptions): ApolloGateway => {
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    // Composition has checked it, but the text may have been edited since.
    validateSupergraph: true,
    queryPlannerConfig: { cache: plans },
    buildService: ({ name, url }) => dataSource(name, clientOf(name, url ?? ''), readThrough),
    experimental_didResolveQueryPlan: ({ queryPlan, requestContext }) => recordPlan(requestContext.context, queryPlan),
    // At level info it only logs that it loaded, on two lines.
    logger: log.child({}, { level: log.level === 'info' ? 'warn' : log.level }),
    __exposeQueryPlanExperimental: false,
  });
  const { executor } = gateway;
  gateway.executor = async (request) => addPartialDataErrors(await executor(request));
  return gateway;
};

const dataSource = (
  name: string,
  subgraph: Pick<SubgraphClient, 'call'>,
  fetchThrough: ReadThrough = ({ request }, ask) => ask(request),
): GraphQLDataSource<RequestContext & Record<string, unknown>> => ({
  async process(options) {
    // The other kinds are health checks and introspection of subgraphs, which this gateway never makes.
    if (!('incomingRequestContext' in options)) throw new Error(`unsupported kind of request: ${options.kind}`);
    const { context } = options;
    const { query = '', variables, operationName } = options.request;
    const request = { query, variables, operationName };
    const { cacheControl, headers, ...answer } = await fetchThrough(
      { subgraph: name, request, context },
      (asked, generations) =>
        recordFetch(context, name, async () =>
          usable(
            name,
            asked,
            await subgraph.call(
              asked,
              await headersOf(context, name, asked),
              { key: context.limitKey, gone: context.client?.gone },
              generations,
            ),
          ),
        ),
    );
    if (headers) context.client?.returnHeaders(headers);
    restrictPolicy(options.incomingRequestContext.overallCachePolicy as CachePolicy, cacheControl);
    return placeErrors(request, answer);
  },
});

/** An answer to an entity fetch must have as many entities as were requested. */
const usable = (name: string, { query, variables }: SubgraphRequest, answer: SubgraphAnswer): SubgraphAnswer => {
  const { representations } = variables ?? {};
  const isWhole =
    !answer.data ||
    !Array.isArray(representations) ||
    // A client may have a variable of that name, but only the planner selects this field.
    !query.includes('_entities(') ||
    entitiesIn(answer, representations.length).length === representations.length;
  if (isWhole) return answer;
  return { ...answer, data: null, errors: [subgraphError(name, 'SUBGRAPH_BAD_RESPONSE'), ...(answer.errors ?? [])] };
};
