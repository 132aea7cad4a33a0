/** One live query whose looks a test answers by hand; a fresh one for each test. */
import { afterEach, beforeEach } from 'vitest';
import type { Subscriber } from '#gateway/live/event-stream.ts';
import { type LiveQuery, type LiveQueryOptions, liveQuery } from '#gateway/live/live-query.ts';
import { liveMetrics } from '#gateway/live/metrics.ts';
import type { Snapshot } from '#gateway/live/subscription-executor.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { until } from '../vitest/until.ts';

/** What was seen of an order at some version. */
export const seen = (version: number, over: { text?: string; isFinal?: boolean; code?: string } = {}): Snapshot => ({
  response: {
    data: { order: { text: over.text ?? `v${version}` } },
    ...(over.code && { errors: [{ message: 'part', extensions: { code: over.code } }] }),
  },
  entity: { version, isFinal: over.isFinal ?? false },
});

export const nothing = (code?: string): Snapshot => ({
  response: { data: { order: null }, ...(code && { errors: [{ message: 'none', extensions: { code } }] }) },
});

export const aSubscriber = () => {
  const got: string[] = [];
  return {
    got,
    send: (event: string) => {
      const { data, errors } = JSON.parse(event.split('data: ')[1] ?? '');
      got.push(data?.order?.text ?? errors?.[0].extensions.code ?? 'null');
    },
    complete: () => void got.push('complete'),
  };
};

/** For the whole file that calls it. */
export const liveQueryScene = () => {
  let looks: { answer(look: Snapshot): void }[] = [];
  let emptied = 0;
  /** What makes those leave who are still there at the end of a test. */
  let leavers: (() => void)[] = [];
  const aQuery = (over: Partial<LiveQueryOptions> = {}): LiveQuery =>
    liveQuery({
      fetchSnapshot: () => new Promise((resolve) => void looks.push({ answer: resolve })),
      limitConcurrency: (work) => work(),
      refetchAfterMs: () => 60_000,
      retryMs: { base: 60_000, cap: 60_000 },
      onEmpty: () => void emptied++,
      metrics: liveMetrics(createMetrics('test')),
      ...over,
    });
  let query = aQuery();

  beforeEach(() => {
    looks = [];
    emptied = 0;
    leavers = [];
    query = aQuery();
  });
  afterEach(() => {
    for (const leave of leavers) leave();
  });

  return {
    /** The looks that were begun so far. */
    get looks() {
      return looks;
    },
    /** How often the last subscriber has left. */
    get emptied() {
      return emptied;
    },
    get query() {
      return query;
    },
    startWith: (over: Partial<LiveQueryOptions>) => {
      query = aQuery(over);
    },
    join: (subscriber: Subscriber) => {
      const leave = query.join(subscriber);
      leavers.push(leave);
      return leave;
    },
    /** Answers the look that is under way, the number of which says how many there have been. */
    answer: async (number: number, look: Snapshot): Promise<void> => {
      await until(`look ${number}`, () => looks.length === number);
      looks[number - 1]?.answer(look);
      // The answer is taken a few turns of the queue later.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};
