/** Live updates assembled: subscriptions as streams, each a query that is run again at each change. */
import type { EventsConfig } from '#platform/config/config.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import type { ChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import type { Step } from '../graphql/steps.ts';
import type { EventStream } from './event-stream.ts';
import { liveQueries } from './live-queries.ts';
import { liveMetrics } from './metrics.ts';
import { admission, type StreamEntrypoint, serveStreams } from './stream-route.ts';
import { type SubscriptionExecutor, subscriptionExecutor } from './subscription-executor.ts';
import { type LiveVariables, liveBounds } from './variables.ts';

interface LiveUpdates {
  readonly wrapGateway: SubscriptionExecutor['wrapGateway'];
  /** On a new schema every live query is run again, and ends if it is no longer valid. */
  readonly step: Step;
  readonly serve: (entrypoint: StreamEntrypoint) => void;
  /** Ends all streams; their clients reconnect to another gateway, or to this one once it is back. */
  readonly close: () => Promise<void>;
}

export const liveUpdates = (
  variables: LiveVariables & EventsConfig,
  { changes, metrics: registry, log }: { changes: ChangeNotifications; metrics: Registry; log: Logger },
): LiveUpdates => {
  const { wrapGateway, fetchSnapshot } = subscriptionExecutor();
  const metrics = liveMetrics(registry);
  const streams = new Set<EventStream>();
  const { LIVE_SAFETY_MS, LIVE_ALONE_MS: polling } = variables;
  const hasNotifications = Boolean(variables.REDIS_URL ?? variables.EVENTS_DATABASE_URL);
  const queries = liveQueries({
    changes,
    concurrency: liveBounds.concurrency,
    refetchAfterMs: { notified: hasNotifications ? LIVE_SAFETY_MS : polling, polling },
    retryMs: { base: liveBounds.retryBaseMs, cap: liveBounds.retryCapMs },
    metrics,
  });
  const places = admission({
    streams: variables.LIVE_STREAMS,
    perViewer: variables.LIVE_STREAMS_PER_VIEWER,
    perAddress: variables.LIVE_STREAMS_PER_ADDRESS,
  });
  const shared = {
    fetchSnapshot,
    queries,
    streams,
    admission: places,
    heartbeatMs: variables.LIVE_HEARTBEAT_MS,
    stalledMs: liveBounds.stalledMs,
    retryAfterSeconds: liveBounds.retryAfterSeconds,
    metrics,
    log,
  };
  return {
    wrapGateway,
    step: { schemaLoaded: () => queries.refetchAll() },
    serve: (entrypoint) => {
      if (variables.LIVE_UPDATES === 'on') serveStreams({ ...shared, ...entrypoint });
    },
    close: async () => {
      places.close();
      queries.close();
      for (const stream of streams) stream.disconnect();
    },
  };
};
