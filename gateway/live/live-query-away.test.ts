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

describe('while a subgraph is away', () => {
  beforeEach(() => {
    query = aQuery({ retryMs: { base: 10, cap: 10 } });
  });

  it('those who have seen something keep it, and who comes meanwhile sees the same', async () => {
    const [early, late] = [aSubscriber(), aSubscriber()];
    join(early);
    await answer(1, seen(1));
    query.changed();
    await answer(2, nothing('SUBGRAPH_UNAVAILABLE'));
    join(late);
    await answer(3, nothing('SUBGRAPH_CIRCUIT_OPEN'));
    expect(early.got).toEqual(['v1']);
    expect(late.got).toEqual(['v1']);
    await answer(4, seen(2));
    expect(early.got).toEqual(['v1', 'v2']);
  });

  it('who has seen nothing yet is told once, and gets it when it can be had', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, nothing('SUBGRAPH_UNAVAILABLE'));
    await answer(2, nothing('SUBGRAPH_UNAVAILABLE'));
    await answer(3, seen(1));
    expect(subscriber.got).toEqual(['SUBGRAPH_UNAVAILABLE', 'v1']);
  });

  it('a part that is missing replaces no whole of the same version', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, seen(1));
    query.changed();
    await answer(2, seen(1, { text: 'with a hole', code: 'SUBGRAPH_UNAVAILABLE' }));
    expect(subscriber.got).toEqual(['v1']);
  });

  it('the end waits until the final one is whole', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, seen(1, { isFinal: true, text: 'with a hole', code: 'GATEWAY_TIMEOUT' }));
    expect(subscriber.got).toEqual(['with a hole']);
    await answer(2, seen(1, { isFinal: true, text: 'whole' }));
    expect(subscriber.got).toEqual(['with a hole', 'whole', 'complete']);
  });
});
