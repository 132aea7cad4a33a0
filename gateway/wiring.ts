/** The composition root: configuration in, a gateway ready to listen out. */
import type { FastifyInstance } from 'fastify';
import { publicPaths } from '#contracts/public-paths.ts';
import { documentStore } from '#platform/graphql/document-store.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import { startPeriodic } from '#platform/process/periodic.ts';
import { createChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import { connectRedis } from '#platform/redis/client.ts';
import type { DecidePolicy } from './access/viewer-access.ts';
import { caching } from './caching/caching.ts';
import type { GatewayConfig } from './config.ts';
import { documents } from './documents/documents.ts';
import { manifestPlaces } from './documents/variables.ts';
import { earlyAuthorization } from './graphql/early-authorization.ts';
import { serveGraphql } from './graphql/graphql-route.ts';
import { startGraphqlServer } from './graphql/graphql-server.ts';
import { exposure } from './graphql/variables.ts';
import { createGatewayServer } from './http/http-server.ts';
import { authentication } from './identity/authentication.ts';
import { withClientLink } from './identity/request-context.ts';
import { limits } from './limits/limits.ts';
import { liveUpdates } from './live/live-updates.ts';
import { refuseWebSocket } from './live/websocket-refusal.ts';
import { observability } from './observability/observability.ts';
import { playground } from './playground/page.ts';
import { serveStartPage } from './playground/start-page.ts';
import { servePublicPaths } from './public-paths/public-paths.ts';
import { rateLimits } from './rate-limits/rate-limits.ts';
import { refuseUntilLoaded, schemaManager } from './schema/schema-manager.ts';
import { supergraphSource } from './schema/supergraph-source.ts';
import { schemaBounds } from './schema/variables.ts';
import { upstreamMetrics } from './upstream/metrics.ts';
import { type SubgraphClient, subgraphClient } from './upstream/subgraph-client.ts';
import { subgraphSettings } from './upstream/variables.ts';

interface GatewayKit {
  readonly log: Logger;
  readonly metrics: Registry;
  readonly isRunning: () => boolean;
  /** Of `@policy`. By default a policy is the name of a scope, which for our own tokens is a permission. */
  readonly decidePolicy?: DecidePolicy;
}

interface Gateway {
  readonly http: FastifyInstance;
  readonly close: () => Promise<void>;
}

const foundations = (config: GatewayConfig, { log, metrics, decidePolicy }: Omit<GatewayKit, 'isRunning'>) => {
  const subgraphMetrics = upstreamMetrics(metrics);
  /** Of each subgraph of the current supergraph, or of an earlier one. */
  const urls = new Map<string, readonly string[]>();
  const connect = (name: string, url: string): SubgraphClient => {
    const settings = subgraphSettings(config, name, url);
    urls.set(name, settings.urls);
    return subgraphClient({ name, ...settings, metrics: subgraphMetrics, log });
  };
  const changes = createChangeNotifications(config, log);
  const redis = config.REDIS_URL ? connectRedis(config.REDIS_URL, log, 'gateway') : undefined;
  const { readThrough, ...caches } = caching(config, { changes, redis, metrics, log });
  const access = { unauthorizedFields: config.UNAUTHORIZED_FIELDS, decidePolicy };
  const schema = schemaManager({ source: supergraphSource(config), connect, readThrough, access, metrics, log });
  const release = async () => {
    caches.close();
    await changes.close();
    redis?.close();
  };
  return { changes, redis, caches, schema, urlsOf: (name: string) => urls.get(name), release };
};

/** No subgraph needs to be up: what is missing is missing from the answers. */
export const wire = async (config: GatewayConfig, kit: GatewayKit): Promise<Gateway> => {
  const { log, metrics, isRunning } = kit;
  const { changes, redis, caches, schema, urlsOf, release } = foundations(config, kit);
  const { authenticate, contextOf, denials, tasks } = await authentication(config, { changes, log, metrics });
  const notReady = async () => [
    ...(isRunning() ? [] : ['shutting down']),
    ...(schema.isLoaded() ? [] : ['supergraph']),
  ];
  const { isDevelopment, ...shown } = exposure(config);
  /** For `/health/ready`: informative only, since the gateway serves what it can without any of them. */
  const detail = () => ({
    subgraphs: Object.fromEntries(schema.subgraphs().map(({ name, ...state }) => [name, state])),
    ...(redis && { redis: standing(redis.isUp(), redis.refusal()) }),
    changeNotifications: standing(changes.isSubscribed(), changes.refusal()),
    accessDenials: denials.standing(),
  });
  const onWebSocket = refuseWebSocket;
  const http = await createGatewayServer(config, { log, metrics, notReady, detail, isDevelopment, onWebSocket });
  refuseUntilLoaded(http, schema.isLoaded);
  const { gate, persistedQueries, ...trusted } = documents(config, {
    connection: redis,
    maxTokens: config.LIMIT_TOKENS,
    maxBytes: config.LIMIT_DOCUMENT_BYTES,
    log,
    metrics,
  });
  const limiting = limits(config, { http, metrics, log });
  const live = liveUpdates(config, { changes, metrics, log });
  const apollo = await startGraphqlServer({
    gateway: live.wrapGateway(schema.gateway),
    http,
    ...shown,
    maxTokens: config.LIMIT_TOKENS,
    documentStore: documentStore(schemaBounds.documentsBytes),
    persistedQueries,
    validationRules: limiting.validationRules,
    plugins: [
      ...observability(config, { manifests: manifestPlaces(config), metrics, log }),
      limiting.plugin,
      rateLimits(config, { http, redis, costOf: limiting.costOf, metrics }),
      earlyAuthorization(config, metrics),
      live.plugin,
      ...caches.plugins,
    ],
    log,
  });

  const refreshes = startPeriodic([...tasks, trusted.refresh], { log, metrics });
  const entrypoint = { http, apollo, authenticate, gate };
  const viewed = withClientLink(contextOf, config.FORWARD_REQUEST_HEADERS);
  serveGraphql({ ...entrypoint, contextOf: viewed, sendPlayground: shown.playground ? playground() : undefined, log });
  if (isDevelopment) serveStartPage(http, { hasPlayground: shown.playground });
  const past = servePublicPaths(config, { http, paths: publicPaths, urlsOf, log });
  live.serve({ ...entrypoint, contextOf, denials, forward: config.FORWARD_REQUEST_HEADERS });

  return {
    http,
    close: async () => {
      await live.close();
      await denials.close();
      await apollo.stop();
      await refreshes.close();
      await past.close();
      await release();
    },
  };
};

const standing = (isUp: boolean, refusal: string | undefined): string => {
  if (refusal) return `refused (${refusal})`;
  return isUp ? 'up' : 'away';
};
