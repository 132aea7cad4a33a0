/** Caching assembled from the configuration. */
import { type GraphQLSchema, parse } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import type { ChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import type { RedisConnection } from '#platform/redis/client.ts';
import type { GatewayConfig } from '../config.ts';
import type { Step } from '../graphql/steps.ts';
import { graphNames, joinedGraphs, typeDefinitions } from '../graphql/supergraph-directives.ts';
import { type CacheContexts, cacheContextOf, cacheContexts, httpCaching } from './cache-policy.ts';
import { type CacheStore, digest, everything, memoryStore, redisStore, tieredStore } from './cache-store.ts';
import { entityCache, type ReadThrough } from './entity-cache.ts';
import { type CacheMetrics, cacheMetrics } from './metrics.ts';
import { responseCache } from './response-cache.ts';

interface Caching {
  readonly steps: readonly Step[];
  readonly readThrough: ReadThrough;
  readonly close: () => void;
}

interface CachingKit {
  readonly changes: ChangeNotifications;
  /** Shared by all gateways; without it each has only its in-process store. */
  readonly redis: RedisConnection | undefined;
  readonly metrics: Registry;
  readonly log: Logger;
}

export const caching = (config: GatewayConfig, kit: CachingKit): Caching => {
  const { changes, redis, metrics: registry, log } = kit;
  const outside = httpCaching(config.HTTP_CACHE_MAX_AGE_SECONDS);
  const off = (): Caching => {
    // The metrics exist although nothing is cached: a dashboard must not mistake the switch for a broken gateway.
    cacheMetrics(registry, () => 0);
    return { steps: [outside], readThrough: passThrough, close: () => undefined };
  };
  if (config.RESPONSE_CACHE !== 'on' && config.ENTITY_CACHE !== 'on') return off();
  const hasEvents = Boolean(config.REDIS_URL ?? config.EVENTS_DATABASE_URL);
  if (config.CACHE_INVALIDATION === 'events' && !hasEvents) {
    log.info('caches are off: no change notifications can arrive, and CACHE_INVALIDATION is not "ttl"');
    return off();
  }

  const near = memoryStore(config.CACHE_MAX_BYTES);
  const store = redis ? tieredStore(near, redisStore(redis, config.CACHE_MAX_BYTES)) : near;
  const metrics = cacheMetrics(registry, store.bytes);
  const schemas = servedSchemas();
  const requests = cacheContexts();
  const stop =
    config.CACHE_INVALIDATION === 'events'
      ? invalidateOnChange({ changes, store, byType: schemas.byType, metrics })
      : () => undefined;
  // While notifications do not arrive, nothing in the cache can be trusted.
  const trusted: CacheStore =
    config.CACHE_INVALIDATION === 'events'
      ? { ...store, read: async (keys) => (changes.isSubscribed() ? store.read(keys) : undefined) }
      : store;
  const responses = responseCache({ store: trusted, requests, metrics, schemaId: schemas.idOf });
  return {
    steps: [
      outside,
      schemas.step,
      cacheContextStep(requests, config.FORWARD_REQUEST_HEADERS),
      ...(config.RESPONSE_CACHE === 'on' ? [responses] : []),
    ],
    readThrough: entityCache({ store: trusted, requests, metrics, isOn: config.ENTITY_CACHE === 'on' }),
    close: () => {
      stop();
      store.close();
    },
  };
};

const passThrough: ReadThrough = ({ request }, ask) => ask(request);

/** Decides for each request, before anything is fetched, whether it takes part in shared caching. */
const cacheContextStep = (requests: CacheContexts, forwarded: readonly string[]): Step => ({
  before: ({ operation, request, contextValue }) => {
    const headers = request.http?.headers;
    const context = cacheContextOf({
      viewer: contextValue.viewer,
      operation: operation.operation,
      cacheControl: headers?.get('cache-control'),
      forwardsHeaders: forwarded.some((name) => headers?.has(name)),
    });
    if (context) requests.set(contextValue, context);
  },
});

/** Ids of the schemas served so far, and which subgraphs know the types of the newest. */
const servedSchemas = () => {
  const ids = new WeakMap<GraphQLSchema, string>();
  let byType: SubgraphsByType = new Map();
  const step: Step = {
    schemaLoaded: ({ apiSchema, coreSupergraphSdl = '' }) => {
      ids.set(apiSchema, digest(coreSupergraphSdl));
      byType = subgraphsByType(coreSupergraphSdl);
    },
  };
  return { step, byType: () => byType, idOf: (schema: GraphQLSchema) => ids.get(schema) };
};

/** By type, the subgraphs that know it according to the supergraph. */
type SubgraphsByType = ReadonlyMap<string, ReadonlySet<string>>;

export const subgraphsByType = (supergraph: string): SubgraphsByType => {
  const types = typeDefinitions(parse(supergraph, { noLocation: true }));
  const names = graphNames(types);
  return new Map(
    types.map(({ name, directives }) => {
      const graphs = joinedGraphs(directives, 'join__type');
      return [name.value, new Set(graphs.map((graph) => names.get(graph) ?? graph))];
    }),
  );
};

interface InvalidationOptions {
  readonly changes: Pick<ChangeNotifications, 'subscribe'>;
  readonly store: CacheStore;
  readonly byType: () => SubgraphsByType;
  readonly metrics: CacheMetrics;
}

/**
 * A change of one entity invalidates everything from its subgraphs: a list may contain it without naming it, and its
 * parts (a variant) have ids of their own. A gap in the notifications invalidates everything.
 */
const invalidateOnChange = ({ changes, store, byType, metrics }: InvalidationOptions): (() => void) => {
  const forget = (subgraph: string) => {
    store.invalidate(subgraph);
    metrics.invalidated(subgraph);
  };
  return changes.subscribe(
    ({ about }) => {
      for (const subgraph of byType().get(about.type) ?? []) forget(subgraph);
    },
    () => forget(everything),
  );
};
