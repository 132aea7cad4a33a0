/**
 * The executor: turns an operation on the supergraph into calls of subgraphs. This file is the seam: whoever brings
 * another executor gives Apollo Server another `GatewayInterface`, made from the same supergraph and the same clients.
 */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { Logger } from '../../platform/log.ts';
import { type CachePolicy, restrictPolicy } from '../caching/cache-policy.ts';
import type { RequestContext } from '../identity/request-context.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';

// @apollo/gateway sends usage metrics to its maker unless told not to. Nothing leaves this machine unasked.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

/** `connect` is called once per subgraph that the supergraph names, with the routing URL that stands there. */
export const federation = (
  supergraph: string,
  connect: (name: string, url: string) => SubgraphClient,
  log: Logger,
): ApolloGateway =>
  new ApolloGateway({
    supergraphSdl: supergraph,
    buildService: ({ name, url }) => dataSource(connect(name, url ?? '')),
    // Its only word at level info is that it loaded, on two lines.
    logger: log.child({}, { level: log.level === 'info' ? 'warn' : log.level }),
    __exposeQueryPlanExperimental: false,
  });

const dataSource = (subgraph: SubgraphClient): GraphQLDataSource<RequestContext & Record<string, unknown>> => ({
  async process(options) {
    // The other kinds are health checks and introspection of subgraphs, which this gateway never makes.
    if (!('incomingRequestContext' in options)) throw new Error(`there is no viewer to ask for: ${options.kind}`);
    const { query, variables, operationName } = options.request;
    const { cacheControl, ...answer } = await subgraph.call(
      { query: query ?? '', variables, operationName },
      options.context.subgraphHeaders,
    );
    restrictPolicy(options.incomingRequestContext.overallCachePolicy as CachePolicy, cacheControl);
    return answer;
  },
});
