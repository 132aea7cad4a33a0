import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import type { Subscriber } from './event-stream.ts';
import { type LiveQuery, type LiveQueryOptions, liveQuery } from './live-query.ts';
import { liveMetrics } from './metrics.ts';
import type { Snapshot } from './subscription-executor.ts';

/** An order at some version. */
const snapshotOf = (version: number, over: { text?: string; isFinal?: boolean; code?: string } = {}): Snapshot => ({
  response: {
    data: { order: { text: over.text ?? `v${version}` } },
    ...(over.code && { errors: [{ message: 'part', extensions: { code: over.code } }] }),
  },
  entity: { version, isFinal: over.isFinal ?? false },
});

const noOrder = (code?: string): Snapshot => ({
  response: { data: { order: null }, ...(code && { errors: [{ message: 'none', extensions: { code } }] }) },
});

const aSubscriber = () => {
  const got: string[] = [];
  return {
    got,
    send: (response: string) => {
      const { data, errors } = JSON.parse(response);
      got.push(data?.order?.text ?? errors?.[0].extensions.code ?? 'null');
    },
    complete: () => void got.push('complete'),
  };
};

/** The fetches that were begun so far, to be answered by the test. */
let fetches: { answer(snapshot: Snapshot): void }[];
/** How often the last subscriber has left. */
let emptied: number;
let query: LiveQuery;
let leavers: (() => void)[];

const aQuery = (over: Partial<LiveQueryOptions> = {}): LiveQuery =>
  liveQuery({
    fetchSnapshot: () => new Promise((resolve) => void fetches.push({ answer: resolve })),
    limitConcurrency: (work) => work(),
    refetchAfterMs: () => 60_000,
    retryMs: { base: 60_000, cap: 60_000 },
    onEmpty: () => void emptied++,
    metrics: liveMetrics(createMetrics('test')),
    ...over,
  });

beforeEach(() => {
  fetches = [];
  emptied = 0;
  leavers = [];
  query = aQuery();
});
afterEach(() => {
  for (const leave of leavers) leave();
});

const join = (subscriber: Subscriber): (() => void) => {
  const leave = query.join(subscriber);
  leavers.push(leave);
  return leave;
};

/** Answers the fetch in flight; `number` is how many there have been. */
const answer = async (number: number, snapshot: Snapshot): Promise<void> => {
  await until(`fetch ${number}`, () => fetches.length === number);
  fetches[number - 1]?.answer(snapshot);
  // The answer is handled a few turns of the microtask queue later.
  await new Promise((resolve) => setImmediate(resolve));
};

describe('a live query', () => {
  it('is fetched once more, however many changes come during a fetch', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    for (const version of [2, 3, 4]) query.changed(version);
    await answer(1, snapshotOf(1));
    await answer(2, snapshotOf(4));
    expect(fetches).toHaveLength(2);
    expect(subscriber.got).toEqual(['v1', 'v4']);
  });

  it('is shared by all subscribers, early and late', async () => {
    const [early, late] = [aSubscriber(), aSubscriber()];
    join(early);
    await answer(1, snapshotOf(1));
    join(late);
    await answer(2, snapshotOf(1));
    query.changed(2);
    await answer(3, snapshotOf(2));
    expect(early.got).toEqual(['v1', 'v2']);
    expect(late.got).toEqual(['v1', 'v2']);
  });

  it('never goes back to an older version', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, snapshotOf(5));
    query.changed();
    await answer(2, snapshotOf(4));
    expect(subscriber.got).toEqual(['v5']);
  });

  it('is not fetched for a version it has already sent', async () => {
    join(aSubscriber());
    await answer(1, snapshotOf(5));
    for (const version of [4, 5]) query.changed(version);
    expect(fetches).toHaveLength(1);
    query.changed(6);
    await until('asked for a newer one', () => fetches.length === 2);
  });

  it('sends nothing twice, but news of the same version', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, snapshotOf(1));
    query.changed();
    await answer(2, snapshotOf(1));
    query.changed();
    await answer(3, snapshotOf(1, { text: 'refunded' }));
    expect(subscriber.got).toEqual(['v1', 'refunded']);
  });

  it('completes for all with the final snapshot', async () => {
    const subscribers = [aSubscriber(), aSubscriber()];
    for (const subscriber of subscribers) join(subscriber);
    await answer(1, snapshotOf(1));
    query.changed(2);
    await answer(2, snapshotOf(2, { isFinal: true }));
    for (const { got } of subscribers) expect(got).toEqual(['v1', 'v2', 'complete']);
    expect(emptied).toBe(1);
  });

  it.each([undefined, 'FORBIDDEN', 'GRAPHQL_VALIDATION_FAILED'])(
    "completes when the entity is gone (%s), with the query's errors",
    async (code) => {
      const subscriber = aSubscriber();
      join(subscriber);
      await answer(1, noOrder(code));
      expect(subscriber.got).toEqual([code ?? 'null', 'complete']);
    },
  );

  it('is not fetched any more after the last unsubscribe', async () => {
    const leave = join(aSubscriber());
    await answer(1, snapshotOf(1));
    leave();
    query.changed(2);
    expect(emptied).toBe(1);
    expect(fetches).toHaveLength(1);
  });

  it('is fetched again after a while without changes', async () => {
    query = aQuery({ refetchAfterMs: () => 10 });
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, snapshotOf(1));
    await answer(2, snapshotOf(2));
    expect(subscriber.got).toEqual(['v1', 'v2']);
  });
});

describe('while a subgraph is down', () => {
  beforeEach(() => {
    query = aQuery({ retryMs: { base: 10, cap: 10 } });
  });

  it('subscribers keep what they have, and late ones get the same', async () => {
    const [early, late] = [aSubscriber(), aSubscriber()];
    join(early);
    await answer(1, snapshotOf(1));
    query.changed();
    await answer(2, noOrder('SUBGRAPH_UNAVAILABLE'));
    join(late);
    await answer(3, noOrder('SUBGRAPH_CIRCUIT_OPEN'));
    expect(early.got).toEqual(['v1']);
    expect(late.got).toEqual(['v1']);
    await answer(4, snapshotOf(2));
    expect(early.got).toEqual(['v1', 'v2']);
  });

  it('new subscribers get one error, and the snapshot when it is available', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, noOrder('SUBGRAPH_UNAVAILABLE'));
    await answer(2, noOrder('SUBGRAPH_UNAVAILABLE'));
    await answer(3, snapshotOf(1));
    expect(subscriber.got).toEqual(['SUBGRAPH_UNAVAILABLE', 'v1']);
  });

  it('an incomplete snapshot does not replace a complete one of the same version', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, snapshotOf(1));
    query.changed();
    await answer(2, snapshotOf(1, { text: 'with a hole', code: 'SUBGRAPH_UNAVAILABLE' }));
    expect(subscriber.got).toEqual(['v1']);
  });

  it('completes only when the final snapshot is complete', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, snapshotOf(1, { isFinal: true, text: 'with a hole', code: 'GATEWAY_TIMEOUT' }));
    expect(subscriber.got).toEqual(['with a hole']);
    await answer(2, snapshotOf(1, { isFinal: true, text: 'whole' }));
    expect(subscriber.got).toEqual(['with a hole', 'whole', 'complete']);
  });
});
