import { describe, expect, it } from 'vitest';
import { bulkhead } from './bulkhead.ts';
import { clientGone, tooLate } from './deadline.ts';
import type { SubgraphFailure } from './subgraph-faults.ts';

const never = new AbortController().signal;

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
    const places = bulkhead({ concurrency: 2, queue: 2 });
    const works = [work(), work(), work(), work()];
    const runs = works.map(({ run }) => places.run(never, run));
    expect(works.map(({ begun }) => begun())).toEqual([true, true, false, false]);
    expect(await fault(places.run(never, work().run))).toBe('SUBGRAPH_OVERLOADED');
    expect(places.state()).toEqual({ pending: 2, waiting: 2 });

    works[0]?.end();
    await runs[0];
    expect(works.map(({ begun }) => begun())).toEqual([true, true, true, false]);
    for (const { end } of works) end();
    await Promise.all(runs);
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });

  it('gives the place of failed work to the next', async () => {
    const places = bulkhead({ concurrency: 1, queue: 1 });
    const failing = places.run(never, () => Promise.reject(new Error('failed')));
    const next = places.run(never, async () => 'ran');
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('ran');
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });

  it.each([
    ['its time is up: it was never sent, so that is no time-out of the subgraph', tooLate(), 'SUBGRAPH_OVERLOADED'],
    ['its client has left', clientGone(), 'CLIENT_GONE'],
  ])('sends away what waits when %s', async (_, reason, code) => {
    const places = bulkhead({ concurrency: 1, queue: 1 });
    const first = work();
    const running = places.run(never, first.run);
    const waits = new AbortController();
    const waiting = fault(places.run(waits.signal, work().run));
    waits.abort(reason);
    expect(await waiting).toBe(code);
    first.end();
    await running;
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });
});
