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
import { errorFormatter } from './graphql/errors.ts';
import { serveGraphql } from './graphql/graphql-route.ts';
import { startGraphqlServer } from './graphql/graphql-server.ts';
import { knownOperations } from './graphql/known-operations.ts';
import { checkVariables, inOrder, keepDeclaredVariables, stepsPlugin } from './graphql/steps.ts';
import { exposure } from './graphql/variables.ts';
import { legacyStatus } from './http/content-negotiation.ts';
import { createGatewayServer } from './http/http-server.ts';
import { authentication } from './identity/authentication.ts';
import { withClientLink } from './identity/request-context.ts';
import { limits } from './limits/limits.ts';
import { liveUpdates } from './live/live-updates.ts';
import { refuseWebSocket } from './live/websocket-refusal.ts';
import { fieldUsage } from './observability/field-usage.ts';
import { serveFieldUsage } from './observability/field-usage-route.ts';
import { observability } from './observability/observability.ts';
import { observabilityBounds } from './observability/variables.ts';
import type { Planners } from './planning/planners.ts';
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
  /** Shared with other gateways of the process. */
  readonly planners?: Planners;
}

interface Gateway {
  readonly http: FastifyInstance;
  readonly close: () => Promise<void>;
}

const foundations = (
  config: GatewayConfig,
  { log, metrics, decidePolicy, planners }: Omit<GatewayKit, 'isRunning'>,
) => {
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
  const schema = schemaManager({
    ...{ source: supergraphSource(config), connect, readThrough, access, planners },
    metrics,
    log,
  });
  const documented = documents(config, {
    connection: redis,
    maxTokens: config.LIMIT_TOKENS,
    maxBytes: config.LIMIT_DOCUMENT_BYTES,
    log,
    metrics,
  });
  const release = async () => {
    caches.close();
    await changes.close();
    redis?.close();
  };
  /** For `/health/ready`: informative only, since the gateway serves what it can without any of them. */
  const readiness = () => ({
    subgraphs: Object.fromEntries(schema.subgraphs().map(({ name, ...state }) => [name, state])),
    ...(redis && { redis: standing(redis.isUp(), redis.refusal()) }),
    changeNotifications: standing(changes.isSubscribed(), changes.refusal()),
  });
  return { changes, redis, caches, schema, documented, readiness, urlsOf: (name: string) => urls.get(name), release };
};

/** No subgraph needs to be up: what is missing is missing from the answers. */
export const wire = async (config: GatewayConfig, kit: GatewayKit): Promise<Gateway> => {
  const { log, metrics, isRunning } = kit;
  const { changes, redis, caches, schema, documented, readiness, urlsOf, release } = foundations(config, kit);
  const { gate, persistedQueries, refresh } = documented;
  const { authenticate, contextOf, denials, tasks } = await authentication(config, { changes, log, metrics });
  const notReady = async () => [
    ...(isRunning() ? [] : ['shutting down']),
    ...(schema.isLoaded() ? [] : ['supergraph']),
  ];
  const { isDevelopment, errorDetail, ...shown } = exposure(config);
  const http = await createGatewayServer(config, {
    log,
    metrics,
    notReady,
    detail: () => ({ ...readiness(), accessDenials: denials.standing() }),
    isDevelopment,
    onWebSocket: refuseWebSocket,
  });
  const live = liveUpdates(config, { changes, metrics, log });
  const passed = order(config, { schema, caches, live, redis, metrics, log });
  for (const gate of passed.beforeBody) http.addHook('onRequest', gate);
  for (const gate of passed.beforeViewer) http.addHook('preHandler', gate);
  const { steps } = passed;
  const formatError = errorFormatter(log, errorDetail);
  const known = knownOperations({
    steps,
    execute: schema.execute,
    formatError,
    maxBytes: schemaBounds.documentsBytes,
    metrics,
  });
  const apollo = await startGraphqlServer({
    gateway: live.wrapGateway(schema.gateway),
    http,
    ...shown,
    maxTokens: config.LIMIT_TOKENS,
    documentStore: documentStore(schemaBounds.documentsBytes),
    persistedQueries,
    validationRules: passed.validationRules,
    formatError,
    plugins: [...passed.plugins, stepsPlugin(steps), known.plugin],
    log,
  });

  const refreshes = startPeriodic([...tasks, refresh], { log, metrics });
  const entrypoint = { http, apollo, authenticate, gate };
  const viewed = withClientLink(contextOf, config.FORWARD_REQUEST_HEADERS);
  const sendPlayground = shown.playground ? playground() : undefined;
  serveGraphql({ ...entrypoint, contextOf: viewed, known, sendPlayground, log });
  serveFieldUsage({ http, authenticate, introspection: shown.introspection, report: passed.fieldUsage });
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

/**
 * What a request meets, in order: two lists of gates before and after its body is read; then who it is and what it asks
 * (`requestGuard`); then the steps, the same at both doors.
 */
const order = (config: GatewayConfig, { schema, caches, live, redis, metrics, log }: OrderKit) => {
  const limiting = limits(config, { metrics, log });
  const rates = rateLimits(config, { redis, costOf: limiting.costOf, metrics });
  const usage = fieldUsage({
    clients: config.FIELD_USAGE_CLIENTS,
    bounds: { clients: observabilityBounds.fieldUsageClients, documents: observabilityBounds.fieldUsageDocuments },
  });
  const observed = observability(config, { manifests: manifestPlaces(config), metrics, log });
  return {
    beforeBody: [refuseUntilLoaded(schema.isLoaded), ...rates.gates],
    beforeViewer: limiting.gates,
    steps: inOrder([
      keepDeclaredVariables,
      ...observed.steps,
      rates.step,
      limiting.step,
      checkVariables,
      usage.step,
      earlyAuthorization(config, metrics),
      live.step,
      ...caches.steps,
      legacyStatus,
    ]),
    /** Only Apollo Server's: documents that are new. */
    validationRules: limiting.validationRules,
    plugins: [observed.plugin],
    fieldUsage: usage.report,
  };
};

type Foundations = ReturnType<typeof foundations>;

interface OrderKit extends Pick<Foundations, 'schema' | 'caches' | 'redis'> {
  readonly live: Pick<ReturnType<typeof liveUpdates>, 'step'>;
  readonly metrics: Registry;
  readonly log: Logger;
}

const standing = (isUp: boolean, refusal: string | undefined): string => {
  if (refusal) return `refused (${refusal})`;
  return isUp ? 'up' : 'away';
};
