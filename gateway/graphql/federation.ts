/**
 * The executor: turns an operation into subgraph calls. This file is the seam: another executor is built from the same
 * supergraph and the same clients. `schema/` decides which supergraph.
 */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { QueryPlanCache } from '@apollo/query-planner';
import type { Logger } from '#platform/observability/log.ts';
import { type AccessOptions, accessGuard } from '../access/access-guard.ts';
import { withoutEnforced } from '../access/conditions.ts';
import { type CachePolicy, restrictPolicy } from '../caching/cache-policy.ts';
import { entitiesIn, type ReadThrough } from '../caching/entity-cache.ts';
import { compiledExecutor, type Execute } from '../execution/executor.ts';
import { joining } from '../execution/joined-fetches.ts';
import type { Unsupported } from '../execution/plan.ts';
import { headersOf, type RequestContext } from '../identity/request-context.ts';
import { recordFetch, recordPlan } from '../observability/operation-metrics.ts';
import { entityCount, type SubgraphAnswer, type SubgraphRequest, subgraphError } from '../upstream/subgraph-call.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';
import { addPartialDataErrors, placeErrors } from './partial-data-errors.ts';

// @apollo/gateway reports usage to Apollo unless told otherwise.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

export type { Execute };

interface FederationOptions {
  readonly supergraph: string;
  /** Called once per subgraph of the supergraph, with its routing URL. */
  readonly clientOf: (name: string, url: string) => Pick<SubgraphClient, 'call'>;
  readonly readThrough?: ReadThrough | undefined;
  readonly plans: QueryPlanCache;
  readonly log: Logger;
  readonly access?: AccessOptions | undefined;
  /** `stock`: @apollo/gateway's own, to compare with. It enforces no access directives. */
  readonly execution?: 'compiled' | 'stock';
  /** An operation went to the stock executor, because the compiled one lacks something. */
  readonly onFallback?: ((why: Unsupported) => void) | undefined;
}

/** `load()` rejects when the text is not a usable supergraph. */
export const federation = (options: FederationOptions): ApolloGateway => {
  const { clientOf, readThrough, plans, log, execution = 'compiled', onFallback } = options;
  const supergraph = execution === 'compiled' ? withoutEnforced(options.supergraph) : options.supergraph;
  const fetches = new Map<string, SubgraphFetch>();
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    // Composition has checked it, but the text may have been edited since.
    validateSupergraph: true,
    queryPlannerConfig: { cache: plans },
    buildService: ({ name, url }) => {
      const fetch = subgraphFetch(name, clientOf(name, url ?? ''), readThrough);
      fetches.set(name, fetch);
      return dataSource(fetch);
    },
    experimental_didResolveQueryPlan: ({ queryPlan, requestContext }) => recordPlan(requestContext.context, queryPlan),
    // At level info it only logs that it loaded, on two lines.
    logger: log.child({}, { level: log.level === 'info' ? 'warn' : log.level }),
    __exposeQueryPlanExperimental: false,
  });
  const { executor } = gateway;
  const fallback: Execute = async (request) => addPartialDataErrors(await executor(request));
  gateway.executor = fallback;
  if (execution === 'compiled')
    gateway.onSchemaLoadOrUpdate(({ apiSchema: schema }) => {
      gateway.executor = compiledExecutor({
        supergraph,
        schema,
        plans,
        fallback,
        fetchFor: (request) => {
          const asking = new Map<string, Fetch>();
          return (subgraph, asked) => {
            const fetch = asking.get(subgraph) ?? fetches.get(subgraph)?.(request as unknown as FetchingFor);
            if (!fetch) throw new Error(`the supergraph has no subgraph ${subgraph}`);
            asking.set(subgraph, fetch);
            return fetch(asked);
          };
        },
        onPlan: ({ context }, plan) => recordPlan(context, plan),
        onFallback,
        access: accessGuard(options.supergraph, schema, options.access ?? {}),
      });
    });
  return gateway;
};

/** The client request that a fetch is for. */
interface FetchingFor {
  readonly context: RequestContext;
  readonly overallCachePolicy?: unknown;
}

type Fetch = (request: SubgraphRequest) => Promise<SubgraphAnswer>;

/** Of one operation, whose fetches are joined where they come together. */
type SubgraphFetch = (client: FetchingFor) => Fetch;

/** A fetch as every executor makes it: through the caches, measured, with the headers that the subgraph gets. */
const subgraphFetch =
  (
    name: string,
    subgraph: Pick<SubgraphClient, 'call'>,
    fetchThrough: ReadThrough = ({ request }, ask) => ask(request),
  ): SubgraphFetch =>
  ({ context, overallCachePolicy }) => {
    const ask = joining((asked, generations) =>
      recordFetch(context, name, () =>
        subgraph.call(
          asked,
          headersOf(context, name, asked),
          { key: context.limitKey, gone: context.client?.gone },
          generations,
        ),
      ),
    );
    return async (request) => {
      const { cacheControl, headers, ...answer } = await fetchThrough(
        { subgraph: name, request, context },
        async (asked, generations) => usable(name, asked, await ask(asked, generations)),
      );
      if (headers) context.client?.returnHeaders(headers);
      restrictPolicy(overallCachePolicy as CachePolicy, cacheControl);
      return answer;
    };
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

/** An answer to an entity fetch must have as many entities as were requested. */
const usable = (name: string, request: SubgraphRequest, answer: SubgraphAnswer): SubgraphAnswer => {
  const count = entityCount(request);
  if (!answer.data || count === undefined || entitiesIn(answer, count).length === count) return answer;
  return { ...answer, data: null, errors: [subgraphError(name, 'SUBGRAPH_BAD_RESPONSE'), ...(answer.errors ?? [])] };
};
