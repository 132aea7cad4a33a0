import { afterEach, describe, expect, it } from 'vitest';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { until } from '#kit/vitest/until.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { type ChangeNotifications, createChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import { type LiveQueries, liveQueries } from './live-queries.ts';
import { liveMetrics } from './metrics.ts';
import type { Snapshot, Topic } from './subscription-executor.ts';

let changes: ChangeNotifications;
let queries: LiveQueries;
afterEach(() => queries.close());

const start = (concurrency = 16) => {
  changes = createChangeNotifications({}, recordedLog().log);
  queries = liveQueries({
    changes,
    concurrency,
    refetchAfterMs: { notified: 60_000, polling: 60_000 },
    retryMs: { base: 60_000, cap: 60_000 },
    metrics: liveMetrics(createMetrics('test')),
  });
};

/** Things by id, with their versions; each look takes as long as `during` wants. */
const aWorld = () => {
  const versions = new Map<string, number>();
  const world = {
    versions,
    fetches: 0,
    atOnce: 0,
    mostAtOnce: 0,
    during: async () => undefined as unknown,
    fetchSnapshot:
      (topic: Topic) =>
      async (onTopic: (topic: Topic) => void): Promise<Snapshot> => {
        world.fetches++;
        world.mostAtOnce = Math.max(world.mostAtOnce, ++world.atOnce);
        onTopic(topic);
        const version = versions.get(topic.id) ?? 1;
        await world.during();
        world.atOnce--;
        return { response: { data: { version } }, entity: { version, isFinal: false } };
      },
  };
  return world;
};

const order = (id: string): Topic => ({ type: 'Order', id });

const aSubscriber = () => {
  const got: number[] = [];
  const send = (response: string) => void got.push(JSON.parse(response).data.version);
  return { got, send, complete: () => undefined };
};

describe('live queries by topic', () => {
  it('a change during the first fetch is not missed', async () => {
    start();
    const world = aWorld();
    const { promise: moment, resolve: goOn } = Promise.withResolvers<void>();
    world.during = () => moment;
    const subscriber = aSubscriber();
    queries.join('a', world.fetchSnapshot(order('a')), subscriber);
    await until('the look is under way', () => world.fetches === 1);
    world.versions.set('a', 2);
    await changes.publish({ about: order('a'), version: 2 });
    goOn();
    await until('the change is there', () => subscriber.got.includes(2));
    expect(subscriber.got).toEqual([1, 2]);
  });

  it('identical subscriptions share one query, others have their own', async () => {
    start();
    const world = aWorld();
    const subscribers = [aSubscriber(), aSubscriber(), aSubscriber()];
    const [one, two, other] = subscribers;
    if (!one || !two || !other) throw new Error('three');
    queries.join('a', world.fetchSnapshot(order('a')), one);
    await until('seen', () => one.got.length === 1);
    queries.join('a', world.fetchSnapshot(order('a')), two);
    queries.join('b', world.fetchSnapshot(order('b')), other);
    await until('seen by all', () => two.got.length === 1 && other.got.length === 1);
    const before = world.fetches;
    world.versions.set('a', 2);
    await changes.publish({ about: order('a'), version: 2 });
    await until('told', () => one.got.length === 2 && two.got.length === 2);
    expect(world.fetches - before).toBe(1);
    expect(other.got).toEqual([1]);
  });

  it('after the last unsubscribe a change fetches nothing', async () => {
    start();
    const world = aWorld();
    const subscriber = aSubscriber();
    const leave = queries.join('a', world.fetchSnapshot(order('a')), subscriber);
    await until('seen', () => subscriber.got.length === 1);
    leave();
    await changes.publish({ about: order('a') });
    queries.refetchAll();
    expect(world.fetches).toBe(1);
  });

  it('a change notification without an id applies to all of the type, and no other', async () => {
    start();
    const world = aWorld();
    const [a, b, product] = [aSubscriber(), aSubscriber(), aSubscriber()];
    queries.join('a', world.fetchSnapshot(order('a')), a);
    queries.join('b', world.fetchSnapshot(order('b')), b);
    queries.join('p', world.fetchSnapshot({ type: 'Product', id: 'a' }), product);
    await until('all seen', () => [a, b, product].every(({ got }) => got.length === 1));
    for (const id of ['a', 'b']) world.versions.set(id, 2);
    await changes.publish({ about: { type: 'Order' } });
    await until('told', () => a.got.length === 2 && b.got.length === 2);
    expect(product.got).toEqual([1]);
  });

  it('the number of concurrent fetches is limited', async () => {
    start(3);
    const world = aWorld();
    world.during = () => new Promise((resolve) => setTimeout(resolve, 2));
    const subscribers = Array.from({ length: 30 }, aSubscriber);
    subscribers.forEach((subscriber, index) => {
      queries.join(`${index}`, world.fetchSnapshot(order(`${index}`)), subscriber);
    });
    await until('all seen', () => subscribers.every(({ got }) => got.length > 0));
    expect(world.mostAtOnce).toBe(3);
  });
});
