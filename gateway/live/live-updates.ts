/** Live updates, put together: subscriptions over server-sent events, each a query that is asked again at each change. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import type { ChangeNotifications, EventsConfig } from '#platform/pubsub/change-notifications.ts';
import type { RequestContext } from '../identity/request-context.ts';
import type { EventStream } from './event-stream.ts';
import { liveFields } from './live-fields.ts';
import { liveQueries } from './live-queries.ts';
import { liveMetrics } from './metrics.ts';
import { admission, type StreamDoor, serveStreams } from './stream-route.ts';
import { type Snapshots, snapshots } from './subscription-executor.ts';
import { type LiveVariables, liveBounds } from './variables.ts';

interface LiveUpdates {
  readonly executing: Snapshots['executing'];
  /** Hears of a new schema: every question is asked anew, and ends where it no longer fits. */
  readonly plugin: ApolloServerPlugin<RequestContext>;
  readonly serve: (door: StreamDoor) => void;
  /** Ends all streams; their clients come back, to another gateway or to this one once it is up again. */
  readonly close: () => Promise<void>;
}

export const liveUpdates = (
  variables: LiveVariables & EventsConfig,
  { changes, metrics: registry, log }: { changes: ChangeNotifications; metrics: Registry; log: Logger },
): LiveUpdates => {
  const { executing, look } = snapshots(liveFields);
  const metrics = liveMetrics(registry);
  const streams = new Set<EventStream>();
  const { LIVE_SAFETY_MS, LIVE_ALONE_MS: alone } = variables;
  const isTold = Boolean(variables.REDIS_URL ?? variables.EVENTS_DATABASE_URL);
  const queries = liveQueries({
    changes,
    queriesAtOnce: liveBounds.queriesAtOnce,
    lookAgainMs: { told: isTold ? LIVE_SAFETY_MS : alone, alone },
    retryMs: { base: liveBounds.retryBaseMs, cap: liveBounds.retryCapMs },
    metrics,
  });
  const places = admission({ streams: variables.LIVE_STREAMS, perViewer: variables.LIVE_STREAMS_PER_VIEWER });
  const shared = {
    look,
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
    executing,
    plugin: { serverWillStart: async () => ({ schemaDidLoadOrUpdate: () => queries.lookAtAll() }) },
    serve: (door) => {
      if (variables.LIVE_UPDATES === 'on') serveStreams({ ...shared, ...door });
    },
    close: async () => {
      places.close();
      queries.close();
      for (const stream of streams) stream.hangUp();
    },
  };
};
