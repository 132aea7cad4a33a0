import { beforeEach, describe, expect, it } from 'vitest';
import { aSubscriber, liveQueryScene, nothing, seen } from '#kit/gateway/live-query-scene.ts';
import { until } from '#kit/vitest/until.ts';

const scene = liveQueryScene();
const { answer, join } = scene;

describe('a question that is asked again at each change', () => {
  it('is asked once more, however many changes come while it is being asked', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    for (const version of [2, 3, 4]) scene.query.changed(version);
    await answer(1, seen(1));
    await answer(2, seen(4));
    expect(scene.looks).toHaveLength(2);
    expect(subscriber.got).toEqual(['v1', 'v4']);
  });

  it('is one question for all who ask it, also for who comes later', async () => {
    const [early, late] = [aSubscriber(), aSubscriber()];
    join(early);
    await answer(1, seen(1));
    join(late);
    await answer(2, seen(1));
    scene.query.changed(2);
    await answer(3, seen(2));
    expect(early.got).toEqual(['v1', 'v2']);
    expect(late.got).toEqual(['v1', 'v2']);
  });

  it('never goes back to an older version', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, seen(5));
    scene.query.changed();
    await answer(2, seen(4));
    expect(subscriber.got).toEqual(['v5']);
  });

  it('is not asked for a change that was seen already', async () => {
    join(aSubscriber());
    await answer(1, seen(5));
    for (const version of [4, 5]) scene.query.changed(version);
    expect(scene.looks).toHaveLength(1);
    scene.query.changed(6);
    await until('asked for a newer one', () => scene.looks.length === 2);
  });

  it('tells nothing twice, and something new of the same version', async () => {
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, seen(1));
    scene.query.changed();
    await answer(2, seen(1));
    scene.query.changed();
    await answer(3, seen(1, { text: 'refunded' }));
    expect(subscriber.got).toEqual(['v1', 'refunded']);
  });

  it('ends for all with the final one', async () => {
    const subscribers = [aSubscriber(), aSubscriber()];
    for (const subscriber of subscribers) join(subscriber);
    await answer(1, seen(1));
    scene.query.changed(2);
    await answer(2, seen(2, { isFinal: true }));
    for (const { got } of subscribers) expect(got).toEqual(['v1', 'v2', 'complete']);
    expect(scene.emptied).toBe(1);
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
    scene.query.changed(2);
    expect(scene.emptied).toBe(1);
    expect(scene.looks).toHaveLength(1);
  });

  it('is asked again after a while without any change', async () => {
    scene.startWith({ refetchAfterMs: () => 10 });
    const subscriber = aSubscriber();
    join(subscriber);
    await answer(1, seen(1));
    await answer(2, seen(2));
    expect(subscriber.got).toEqual(['v1', 'v2']);
  });
});

describe('while a subgraph is away', () => {
  beforeEach(() => {
    scene.startWith({ retryMs: { base: 10, cap: 10 } });
  });

  it('those who have seen something keep it, and who comes meanwhile sees the same', async () => {
    const [early, late] = [aSubscriber(), aSubscriber()];
    join(early);
    await answer(1, seen(1));
    scene.query.changed();
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
    scene.query.changed();
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
