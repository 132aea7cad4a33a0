import { describe, expect, it } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { type BulkheadBounds, bulkhead } from './bulkhead.ts';
import type { SubgraphFailure } from './subgraph-faults.ts';

const bounds = { queueTimeoutMs: 20_000, viewerConcurrency: 100, viewerQueue: 100 };
const scene = (over: Pick<BulkheadBounds, 'concurrency' | 'queue'> & Partial<BulkheadBounds>) =>
  bulkhead({ ...bounds, ...over });
const ada = { key: 'ada' };

/** Work that ends when told to. */
const work = () => {
  let begun = false;
  const { promise, resolve } = Promise.withResolvers<string>();
  return {
    run: () => {
      begun = true;
      return promise;
    },
    begun: () => begun,
    end: () => resolve('done'),
  };
};

const fault = (running: Promise<unknown>) =>
  running.then(
    () => 'done',
    (failure: SubgraphFailure) => failure.fault,
  );

describe('a bulkhead', () => {
  it('runs so many at a time, lets so many wait in order, and refuses the rest at once', async () => {
    const places = scene({ concurrency: 2, queue: 2 });
    const works = [work(), work(), work(), work()];
    const runs = works.map(({ run }) => places.run(ada, run));
    expect(works.map(({ begun }) => begun())).toEqual([true, true, false, false]);
    expect(await fault(places.run(ada, work().run))).toBe('SUBGRAPH_OVERLOADED');
    expect(places.state()).toEqual({ pending: 2, waiting: 2 });

    works[0]?.end();
    await runs[0];
    expect(works.map(({ begun }) => begun())).toEqual([true, true, true, false]);
    for (const { end } of works) end();
    await Promise.all(runs);
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });

  it('gives the place of failed work to the next', async () => {
    const places = scene({ concurrency: 1, queue: 1 });
    const failing = places.run(ada, () => Promise.reject(new Error('failed')));
    const next = places.run(ada, async () => 'ran');
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('ran');
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });

  it('sends away what waits when its client has left', async () => {
    const places = scene({ concurrency: 1, queue: 1 });
    const first = work();
    const running = places.run(ada, first.run);
    const waits = new AbortController();
    const waiting = fault(places.run({ ...ada, gone: waits.signal }, work().run));
    waits.abort();
    expect(await waiting).toBe('CLIENT_GONE');
    first.end();
    await running;
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });

  it.each([
    ['all places are taken', {}, 'SUBGRAPH_OVERLOADED'],
    ['the places of this viewer are taken', { concurrency: 2, viewerConcurrency: 1 }, 'TOO_MANY_REQUESTS'],
  ])('tells what has waited too long whether %s', async (_, over, code) => {
    const places = scene({ concurrency: 1, queue: 1, queueTimeoutMs: 20, ...over });
    const first = work();
    const running = places.run(ada, first.run);
    expect(await fault(places.run(ada, work().run))).toBe(code);
    first.end();
    await running;
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });
});

describe('the share of a viewer', () => {
  /** Many works of one viewer: those that have begun, and how to end them. */
  const many = (places: ReturnType<typeof scene>, key: string, count: number) => {
    const works = Array.from({ length: count }, work);
    const faults = works.map(({ run }) => fault(places.run({ key }, run)));
    const begun = () => works.filter((each) => each.begun()).length;
    return { works, faults, begun, end: () => works.map(({ end }) => end()) };
  };

  it('is so many places and so much of the queue; what is beyond is refused, and others are served', async () => {
    const places = scene({ concurrency: 10, queue: 100, viewerConcurrency: 3, viewerQueue: 4 });
    const greedy = many(places, 'greedy', 50);
    const other = many(places, 'other', 3);
    expect([greedy.begun(), other.begun(), places.state()]).toEqual([3, 3, { pending: 6, waiting: 4 }]);
    for (const each of [greedy, other]) each.end();
    const ends = await Promise.all([...greedy.faults, ...other.faults]);
    expect(Map.groupBy(ends, (end) => end).get('TOO_MANY_REQUESTS')).toHaveLength(50 - 3 - 4);
    expect(ends.filter((end) => end === 'done')).toHaveLength(3 + 4 + 3);
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });

  it('comes in turn: a place that becomes free goes to the next viewer, not to the longest line', async () => {
    const places = scene({ concurrency: 1, queue: 100 });
    const order: string[] = [];
    const calls = ['ada', 'ada', 'ada', 'ada', 'bob', 'cyd', 'bob'].map((key) =>
      places.run({ key }, async () => void order.push(key)),
    );
    await Promise.all(calls);
    expect(order).toEqual(['ada', 'ada', 'bob', 'cyd', 'ada', 'bob', 'ada']);
  });

  it('gives its own free places to its own line while others have theirs', async () => {
    const places = scene({ concurrency: 10, queue: 100, viewerConcurrency: 1 });
    const [ada, bob] = [many(places, 'ada', 2), many(places, 'bob', 2)];
    bob.works[0]?.end();
    await bob.faults[0];
    await until('his second begins', () => bob.begun() === 2);
    expect(ada.begun()).toBe(1);
    for (const each of [ada, bob]) each.end();
    await Promise.all([...ada.faults, ...bob.faults]);
  });
});
