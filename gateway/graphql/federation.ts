/**
 * The executor: turns an operation on one supergraph into calls of subgraphs. This file is the seam: whoever brings
 * another executor makes it from the same supergraph and the same clients. Which supergraph, and since when: `schema/`.
 */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { QueryPlanCache } from '@apollo/query-planner';
import type { Logger } from '#platform/observability/log.ts';
import { type CachePolicy, restrictPolicy } from '../caching/cache-policy.ts';
import type { ReadThrough } from '../caching/entity-cache.ts';
import { entitiesIn } from '../caching/entity-cache.ts';
import { headersOf, type RequestContext } from '../identity/request-context.ts';
import { recordFetch, recordPlan } from '../observability/operation-record.ts';
import type { SubgraphAnswer, SubgraphRequest } from '../upstream/subgraph-call.ts';
import { subgraphError } from '../upstream/subgraph-call.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';
import { addPartialDataErrors, placeErrors } from './partial-data-errors.ts';

// @apollo/gateway sends usage metrics to its maker unless told not to. Nothing leaves this machine unasked.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

export type Execute = ApolloGateway['executor'];

interface FederationOptions {
  readonly supergraph: string;
  /** Called once per subgraph that the supergraph names, with the routing URL that stands there. */
  readonly clientOf: (name: string, url: string) => Pick<SubgraphClient, 'call'>;
  /** Stands around every call of a subgraph. */
  readonly readThrough?: ReadThrough | undefined;
  /** Of this supergraph alone. */
  readonly plans: QueryPlanCache;
  readonly log: Logger;
}

/** `load()` rejects when the text is no supergraph that can be served. */
export const federation = ({ supergraph, clientOf, readThrough, plans, log }: FederationOptions): ApolloGateway => {
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    // Composition has checked it, and a text that somebody has changed by hand since is to be found out here.
    validateSupergraph: true,
    queryPlannerConfig: { cache: plans },
    buildService: ({ name, url }) => dataSource(name, clientOf(name, url ?? ''), readThrough),
    experimental_didResolveQueryPlan: ({ queryPlan, requestContext }) => recordPlan(requestContext.context, queryPlan),
    // Its only word at level info is that it loaded, on two lines.
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
    if (!('incomingRequestContext' in options)) throw new Error(`there is no viewer to ask for: ${options.kind}`);
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

/** An answer to an entity fetch has as many entities as were asked for, or it is none. */
const usable = (name: string, { query, variables }: SubgraphRequest, answer: SubgraphAnswer): SubgraphAnswer => {
  const { representations } = variables ?? {};
  const isWhole =
    !answer.data ||
    !Array.isArray(representations) ||
    // A client may have a variable of that name, but nobody but the planner has the field.
    !query.includes('_entities(') ||
    entitiesIn(answer, representations.length).length === representations.length;
  if (isWhole) return answer;
  return { ...answer, data: null, errors: [subgraphError(name, 'SUBGRAPH_BAD_RESPONSE'), ...(answer.errors ?? [])] };
};
