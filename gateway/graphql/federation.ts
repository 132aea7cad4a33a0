/**
 * The executor: turns an operation into subgraph calls. This file is the seam: another executor is built from the same
 * supergraph and the same clients. `schema/` decides which supergraph.
 */
import internals from '@apollo/federation-internals';
import type { QueryPlanCache } from '@apollo/query-planner';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import { type AccessOptions, accessGuard } from '../access/access-guard.ts';
import { withoutEnforced } from '../access/conditions.ts';
import type { ReadThrough } from '../caching/entity-cache.ts';
import { compiledExecutor, type Execute } from '../execution/executor.ts';
import type { Unsupported } from '../execution/plan.ts';
import { typesOf } from '../execution/types.ts';
import { recordPlan } from '../observability/operation-metrics.ts';
import type { PlanInTime } from '../planning/query-planner.ts';
import { planningHere } from '../planning/query-planner.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';
import { stockGateway } from './stock-gateway.ts';
import { type Fetch, type FetchingFor, type SubgraphFetch, subgraphFetch } from './subgraph-fetch.ts';

export type { Execute };

interface FederationOptions {
  readonly supergraph: string;
  /** Called once per subgraph of the supergraph, with its routing URL. */
  readonly clientOf: (name: string, url: string) => Pick<SubgraphClient, 'call'>;
  readonly readThrough?: ReadThrough | undefined;
  readonly plans: QueryPlanCache;
  /** Of the supergraph without the access directives that the executor enforces. In this thread, if absent. */
  readonly plan?: PlanInTime | undefined;
  readonly log: Logger;
  readonly access?: AccessOptions | undefined;
  /** `stock`: @apollo/gateway's own, to compare with. It enforces no access directives. */
  readonly execution?: 'compiled' | 'stock';
  /** An operation went to the stock executor, because the compiled one lacks something. */
  readonly onFallback?: ((why: Unsupported) => void) | undefined;
}

interface Federation {
  /** Rejects when the text is not a usable supergraph. */
  readonly load: () => Promise<{ readonly schema: GraphQLSchema; readonly executor: Execute }>;
}

export const federation = (options: FederationOptions): Federation => {
  const { clientOf, readThrough, plans, log, execution = 'compiled' } = options;
  const fetches = new Map<string, SubgraphFetch>();
  const fetchOf = (name: string, url: string): SubgraphFetch => {
    const known = fetches.get(name) ?? subgraphFetch(name, clientOf(name, url), readThrough);
    fetches.set(name, known);
    return known;
  };
  const supergraph = execution === 'compiled' ? withoutEnforced(options.supergraph) : options.supergraph;
  const stock = () => stockGateway({ supergraph, fetchOf, plans, log });
  return { load: execution === 'stock' ? stock : async () => compiled({ ...options, supergraph, fetchOf, stock }) };
};

/** For an Apollo Server whose supergraph never changes. */
export const fixedGateway = (
  loaded: Awaited<ReturnType<Federation['load']>>,
  coreSupergraphSdl: string,
): GatewayInterface => ({
  onSchemaLoadOrUpdate: (listener) => {
    listener({ apiSchema: loaded.schema, coreSupergraphSdl });
    return () => undefined;
  },
  load: async () => ({ executor: loaded.executor }),
  stop: async () => undefined,
});

interface CompiledOptions extends FederationOptions {
  readonly fetchOf: (name: string, url: string) => SubgraphFetch;
  readonly stock: Federation['load'];
}

const compiled = (options: CompiledOptions) => {
  const { supergraph, fetchOf, stock, plan, plans, access = {}, onFallback } = options;
  // Composition has checked it, but the text may have been edited since.
  const built = internals.Supergraph.build(supergraph, { validateSupergraph: true });
  const schema = built.apiSchema().toGraphQLJSSchema();
  const subgraphs = new Map(built.subgraphsMetadata().map(({ name, url = '' }) => [name, fetchOf(name, url)]));
  // A planner of its own, and a second copy of the schema: only with the first operation that needs it.
  let loaded: ReturnType<typeof stock> | undefined;
  const executor = compiledExecutor({
    supergraph,
    schema,
    types: () => typesOf(built.schema.toGraphQLJSSchema()),
    plan: plan ?? planningHere(built),
    plans,
    fallback: async (request) => {
      loaded ??= stock();
      return (await loaded).executor(request);
    },
    fetchFor: (request) => {
      const asking = new Map<string, Fetch>();
      return (subgraph, asked) => {
        const fetch = asking.get(subgraph) ?? subgraphs.get(subgraph)?.(request as unknown as FetchingFor);
        if (!fetch) throw new Error(`the supergraph has no subgraph ${subgraph}`);
        asking.set(subgraph, fetch);
        return fetch(asked);
      };
    },
    onPlan: ({ context }, made) => recordPlan(context, made),
    onFallback,
    access: accessGuard(options.supergraph, schema, access),
  });
  return { schema, executor };
};
