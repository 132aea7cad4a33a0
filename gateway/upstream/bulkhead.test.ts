import { afterEach, describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { aGateway, type GatewayReply } from '#kit/gateway/gateway.ts';
import { answer, aReplica } from '#kit/gateway/upstream.ts';
import { anAccessToken, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import { type BulkheadBounds, bulkhead } from './bulkhead.ts';
import type { SubgraphFailure } from './subgraph-call.ts';

const bounds = { queueTimeoutMs: 20_000, viewerConcurrency: 100, viewerQueue: 100 };
const fixture = (over: Pick<BulkheadBounds, 'concurrency' | 'queue'> & Partial<BulkheadBounds>) =>
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
  it('limits concurrency, queues in order, and refuses the rest at once', async () => {
    const places = fixture({ concurrency: 2, queue: 2 });
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

  it('gives the slot of failed work to the next', async () => {
    const places = fixture({ concurrency: 1, queue: 1 });
    const failing = places.run(ada, () => Promise.reject(new Error('failed')));
    const next = places.run(ada, async () => 'ran');
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('ran');
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });

  it('removes a queued call when its client has left', async () => {
    const places = fixture({ concurrency: 1, queue: 1 });
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
    ['all slots', {}, 'SUBGRAPH_OVERLOADED'],
    ["the viewer's share", { concurrency: 2, viewerConcurrency: 1 }, 'TOO_MANY_REQUESTS'],
  ])('reports whether a queue time-out is due to %s', async (_, over, code) => {
    const places = fixture({ concurrency: 1, queue: 1, queueTimeoutMs: 20, ...over });
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
  const many = (places: ReturnType<typeof fixture>, key: string, count: number) => {
    const works = Array.from({ length: count }, work);
    const faults = works.map(({ run }) => fault(places.run({ key }, run)));
    const begun = () => works.filter((each) => each.begun()).length;
    return { works, faults, begun, end: () => works.map(({ end }) => end()) };
  };

  it('limits slots and queue; the excess is refused, and others are served', async () => {
    const places = fixture({ concurrency: 10, queue: 100, viewerConcurrency: 3, viewerQueue: 4 });
    const greedy = many(places, 'greedy', 50);
    const other = many(places, 'other', 3);
    expect([greedy.begun(), other.begun(), places.state()]).toEqual([3, 3, { pending: 6, waiting: 4 }]);
    for (const each of [greedy, other]) each.end();
    const ends = await Promise.all([...greedy.faults, ...other.faults]);
    expect(Map.groupBy(ends, (end) => end).get('TOO_MANY_REQUESTS')).toHaveLength(50 - 3 - 4);
    expect(ends.filter((end) => end === 'done')).toHaveLength(3 + 4 + 3);
    expect(places.state()).toEqual({ pending: 0, waiting: 0 });
  });

  it('is round-robin: a free slot goes to the next viewer, not to the longest queue', async () => {
    const places = fixture({ concurrency: 1, queue: 100 });
    const order: string[] = [];
    const calls = ['ada', 'ada', 'ada', 'ada', 'bob', 'cyd', 'bob'].map((key) =>
      places.run({ key }, async () => void order.push(key)),
    );
    await Promise.all(calls);
    expect(order).toEqual(['ada', 'ada', 'bob', 'cyd', 'ada', 'bob', 'ada']);
  });

  it("passes a viewer's own free slot on to their queue while others use theirs", async () => {
    const places = fixture({ concurrency: 10, queue: 100, viewerConcurrency: 1 });
    const [ada, bob] = [many(places, 'ada', 2), many(places, 'bob', 2)];
    bob.works[0]?.end();
    await bob.faults[0];
    await until('his second begins', () => bob.begun() === 2);
    expect(ada.begun()).toBe(1);
    for (const each of [ada, bob]) each.end();
    await Promise.all([...ada.faults, ...bob.faults]);
  });
});

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.close();
});

const buy = 'mutation { rename(id: "1", title: "x") { id } }';
const bought = answer({ data: { rename: { id: '1' } } });
const codeOf = ({ body }: GatewayReply) => body.errors?.[0]?.extensions.code ?? 'served';

it('a viewer with many concurrent purchases uses up their own share, and other viewers are served', async () => {
  const tokenKey = await keyPair('token');
  const keys = await keyServer([tokenKey.publicKey]);
  const held: (() => void)[] = [];
  // Like an order that waits for its outcome: it answers when it is told to.
  const product = await aReplica((response, request) => void held.push(() => bought(response, request)));
  running.push(keys, product);
  const gateway = await aGateway({
    PRODUCT_SUBGRAPH_URL: product.url,
    ACCESS_TOKEN_JWKS_URL: keys.url,
    SUBGRAPH_VIEWER_CONCURRENCY: '4',
    SUBGRAPH_VIEWER_QUEUE: '6',
    SUBGRAPH_QUEUE_TIMEOUT_MS: '60000',
    // What is held is held on purpose, however slow the machine is.
    SUBGRAPH_TIMEOUT_MS: '60000',
    TRUSTED_PROXIES: '127.0.0.1',
  });
  running.push(gateway);
  const asking = (headers: Record<string, string>) => async () => codeOf(await gateway.ask(buy, { headers }));
  const viewer = async (name: string) =>
    asking({ authorization: `Bearer ${await anAccessToken(tokenKey, { sub: namedId('User', name) })}` });
  const guest = (address: string) => asking({ 'x-forwarded-for': address });

  const ends: Promise<string>[] = [];
  for (const greedy of [await viewer('greedy'), guest('2001:db8::1')]) {
    const [before, told] = [held.length, new Map<string, number>()];
    for (let n = 0; n < 30; n++)
      ends.push(
        greedy().then((code) => {
          told.set(code, (told.get(code) ?? 0) + 1);
          return code;
        }),
      );
    await until('what is beyond the share is refused', () => told.get('TOO_MANY_REQUESTS') === 20, 20_000);
    // Who is refused is so at once; the others are still on their way then.
    await until('the share is used up', () => held.length - before >= 4, 20_000);
    expect([held.length - before, told.size]).toEqual([4, 1]);
  }

  // Below the same /64 it is the same guest.
  expect(await guest('2001:db8::2')()).toBe('TOO_MANY_REQUESTS');
  for (const other of [await viewer('other'), guest('2001:db8:0:1::1')]) {
    const before = held.length;
    const served = other();
    await until('the other is there', () => held.length === before + 1);
    held.pop()?.();
    expect(await served).toBe('served');
  }

  product.behave(bought);
  for (const end of held) end();
  const codes = await Promise.all(ends);
  expect(codes.filter((code) => code === 'served')).toHaveLength(2 * (4 + 6));
});
