import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../platform/metrics.ts';
import { until } from '../../tests/kit/until.ts';
import { type LiveQuery, type LiveQueryOptions, liveQuery, type Subscriber } from './live-query.ts';
import { liveMetrics } from './metrics.ts';
import type { Look } from './snapshots.ts';

/** What was seen of an order at some version. */
const seen = (version: number, over: { text?: string; isFinal?: boolean; code?: string } = {}): Look => ({
  snapshot: {
    data: { order: { text: over.text ?? `v${version}` } },
    ...(over.code && { errors: [{ message: 'part', extensions: { code: over.code } }] }),
  },
  thing: { version, isFinal: over.isFinal ?? false },
});
const nothing = (code?: string): Look => ({
  snapshot: { data: { order: null }, ...(code && { errors: [{ message: 'none', extensions: { code } }] }) },
});

interface PendingLook {
  answer(look: Look): void;
}

let looks: PendingLook[];
let emptied: number;
let query: LiveQuery;
/** What makes those leave who are still there at the end of a test. */
let leavers: (() => void)[];
const join = (subscriber: Subscriber) => {
  const leave = query.join(subscriber);
  leavers.push(leave);
  return leave;
};

const aQuery = (over: Partial<LiveQueryOptions> = {}) =>
  liveQuery({
    look: () => new Promise((resolve) => void looks.push({ answer: resolve })),
    inTurn: (work) => work(),
    lookAgainMs: () => 60_000,
    retryMs: { base: 60_000, cap: 60_000 },
    onEmpty: () => void emptied++,
    metrics: liveMetrics(createMetrics('test')),
    ...over,
  });

const aSubscriber = () => {
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

/** Answers the look that is under way, the number of which says how many there have been. */
const answer = async (number: number, look: Look): Promise<void> => {
  await until(`look ${number}`, () => looks.length === number);
  looks[number - 1]?.answer(look);
  // The answer is taken a few turns of the queue later.
  await new Promise((resolve) => setImmediate(resolve));
};

beforeEach(() => {
  looks = [];
  emptied = 0;
  leavers = [];
  query = aQuery();
});
afterEach(() => {
  for (const leave of leavers) leave();
});

describe('a question that is asked again at each change', () => {
  it('is asked once more, however many changes come while it is being asked', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    for (const version of [2, 3, 4]) query.changed(version);
    await answer(1, seen(1));
    await answer(2, seen(4));
    expect(looks).toHaveLength(2);
    expect(subscriber.got).toEqual(['v1', 'v4']);
  });

  it('is one question for all who ask it, also for who comes later', async () => {
    const [early, late] = [aSubscriber(), aSubscriber()];
    join(early);
    await answer(1, seen(1));
    join(late);
    await answer(2, seen(1));
    query.changed(2);
    await answer(3, seen(2));
    expect(early.got).toEqual(['v1', 'v2']);
    expect(late.got).toEqual(['v1', 'v2']);
  });

  it('never goes back to an older version', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, seen(5));
    query.changed();
    await answer(2, seen(4));
    expect(subscriber.got).toEqual(['v5']);
  });

  it('is not asked for a change that was seen already', async () => {
    join(aSubscriber());
    await answer(1, seen(5));
    for (const version of [4, 5]) query.changed(version);
    expect(looks).toHaveLength(1);
    query.changed(6);
    await until('asked for a newer one', () => looks.length === 2);
  });

  it('tells nothing twice, and something new of the same version', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, seen(1));
    query.changed();
    await answer(2, seen(1));
    query.changed();
    await answer(3, seen(1, { text: 'refunded' }));
    expect(subscriber.got).toEqual(['v1', 'refunded']);
  });

  it('ends for all with the final one', async () => {
    const subscribers = [aSubscriber(), aSubscriber()];
    for (const subscriber of subscribers) join(subscriber);
    await answer(1, seen(1));
    query.changed(2);
    await answer(2, seen(2, { isFinal: true }));
    for (const { got } of subscribers) expect(got).toEqual(['v1', 'v2', 'complete']);
    expect(emptied).toBe(1);
  });

  it.each([undefined, 'FORBIDDEN', 'GRAPHQL_VALIDATION_FAILED'])(
    'ends when there is nothing to see (%s), with what the query says',
    async (code) => {
      const subscriber = aSubscriber();
      join(subscriber);
      await answer(1, nothing(code));
      expect(subscriber.got).toEqual([code ?? 'null', 'complete']);
    },
  );

  it('is not asked any more when the last one has left', async () => {
    const leave = join(aSubscriber());
    await answer(1, seen(1));
    leave();
    query.changed(2);
    expect(emptied).toBe(1);
    expect(looks).toHaveLength(1);
  });

  it('is asked again after a while without any change', async () => {
    query = aQuery({ lookAgainMs: () => 10 });
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, seen(1));
    await answer(2, seen(2));
    expect(subscriber.got).toEqual(['v1', 'v2']);
  });
});
