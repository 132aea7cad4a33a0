import { beforeEach, describe, expect, it } from 'vitest';
import { aSubscriber, liveQueryScene, nothing, seen } from '#kit/gateway/live-query-scene.ts';

const scene = liveQueryScene();
const { answer, join } = scene;

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
