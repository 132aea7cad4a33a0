/** All live queries by topic; identical subscriptions share one. */
import type { ChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import { concurrencyLimit } from '#platform/resilience/concurrency-limit.ts';
import type { Subscriber } from './event-stream.ts';
import { type LiveQuery, type LiveQueryOptions, liveQuery } from './live-query.ts';
import type { LiveMetrics } from './metrics.ts';
import type { Snapshot, Topic } from './subscription-executor.ts';

export interface LiveQueries {
  /**
   * `key` covers everything that the answer depends on. `fetchSnapshot` calls back as soon as the topic is known.
   * Returns the function that unsubscribes.
   */
  join(
    key: string,
    fetchSnapshot: (onTopic: (topic: Topic) => void) => Promise<Snapshot>,
    subscriber: Subscriber,
  ): () => void;
  refetchAll(): void;
  close(): void;
}

interface LiveQueriesOptions extends Pick<LiveQueryOptions, 'retryMs'> {
  readonly changes: ChangeNotifications;
  readonly concurrency: number;
  /** Refetch interval while change notifications arrive, and while they do not. */
  readonly refetchAfterMs: { readonly notified: number; readonly polling: number };
  readonly metrics: LiveMetrics;
}

export const liveQueries = (options: LiveQueriesOptions): LiveQueries => {
  const { changes, refetchAfterMs, metrics } = options;
  const byKey = new Map<string, LiveQuery>();
  const topics = topicIndex();
  const limit = concurrencyLimit({ concurrency: options.concurrency });
  const refetchAll = () => {
    for (const query of byKey.values()) query.changed();
  };
  // Before the first fetch: no later change is missed.
  const stopListening = changes.subscribe(({ about, version }) => {
    for (const query of topics.about(about)) query.changed(version);
  }, refetchAll);

  const open = (key: string, fetchSnapshot: Parameters<LiveQueries['join']>[1]): LiveQuery => {
    let topic: Topic | undefined;
    const onTopic = (it: Topic) => {
      topic ??= topics.add(it, query);
    };
    const query = liveQuery({
      ...options,
      limitConcurrency: (work) => limit('snapshots', work),
      fetchSnapshot: () => fetchSnapshot(onTopic),
      // A fifth of jitter, so that streams that began together do not refetch together for ever.
      refetchAfterMs: () =>
        refetchAfterMs[changes.isSubscribed() ? 'notified' : 'polling'] * (0.8 + Math.random() * 0.2),
      onEmpty: () => {
        byKey.delete(key);
        if (topic) topics.remove(topic, query);
        metrics.queries.set(byKey.size);
      },
    });
    byKey.set(key, query);
    metrics.queries.set(byKey.size);
    return query;
  };

  return {
    join: (key, fetchSnapshot, subscriber) => (byKey.get(key) ?? open(key, fetchSnapshot)).join(subscriber),
    refetchAll,
    close: stopListening,
  };
};

const topicIndex = () => {
  const byType = new Map<string, Map<string, Set<LiveQuery>>>();
  return {
    add: (topic: Topic, query: LiveQuery): Topic => {
      const byId = byType.get(topic.type) ?? new Map<string, Set<LiveQuery>>();
      byType.set(topic.type, byId);
      byId.set(topic.id, (byId.get(topic.id) ?? new Set()).add(query));
      return topic;
    },
    remove: ({ type, id }: Topic, query: LiveQuery) => {
      const byId = byType.get(type);
      const ofOne = byId?.get(id);
      ofOne?.delete(query);
      if (ofOne?.size === 0) byId?.delete(id);
    },
    /** Without an id: all of the type. */
    about: ({ type, id }: { readonly type: string; readonly id?: string | undefined }): LiveQuery[] => {
      const byId = byType.get(type);
      if (id !== undefined) return [...(byId?.get(id) ?? [])];
      return [...(byId?.values() ?? [])].flatMap((queries) => [...queries]);
    },
  };
};
