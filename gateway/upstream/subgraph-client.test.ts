import { afterEach, describe, expect, it } from 'vitest';
import {
  answer,
  aSubgraphClient,
  type Behaviour,
  codeOf,
  hangUp,
  headers,
  mutation,
  neverAnswer,
  oneByOne,
  query,
  times,
  upstreamFixture,
} from '#kit/gateway/upstream.ts';
import { httpServer } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { type SubgraphState, upstreamMetrics } from './metrics.ts';

const { replica, client, end } = upstreamFixture();
afterEach(end);

const well: unknown = expect.objectContaining({ data: { me: 'Ada' } });
/** An address where nobody listens. */
const nobody = async (): Promise<string> => {
  const server = await httpServer(() => undefined);
  await server.close();
  return server.url;
};

describe('a mutation', () => {
  it.each([
    ['the connection breaks', hangUp],
    ['there is no answer', neverAnswer],
    ['a proxy says 503', answer({}, 503)],
    ['the answer is garbage', ((response) => void response.end('<html>')) satisfies Behaviour],
  ])('is sent once when %s, though there is another endpoint', async (_, behaviour) => {
    const replicas = [await replica(behaviour), await replica(behaviour)];
    const orders = client(
      replicas.map(({ url }) => url),
      { SUBGRAPH_TIMEOUT_MS: '1000' },
    );
    await orders.call(mutation, headers);
    expect(replicas.flatMap(({ received }) => received)).toHaveLength(1);
  });

  it('goes to another endpoint when the first refuses the connection', async () => {
    const other = await replica();
    const orders = client([await nobody(), other.url]);
    expect(await oneByOne(4, () => orders.call(mutation, headers))).toEqual(Array(4).fill(well));
    expect(other.received).toHaveLength(4);
  });

  it('is never shared with an identical one', async () => {
    const server = await replica();
    const orders = client([server.url]);
    await times(5, () => orders.call(mutation, headers));
    expect(server.received).toHaveLength(5);
  });

  it('goes on when its client has left', async () => {
    const server = await replica(neverAnswer);
    const orders = client([server.url]);
    const hangsUp = new AbortController();
    let ended = false;
    server.behave((response) => {
      hangsUp.abort();
      response.on('close', () => {
        ended = response.writableFinished;
      });
      setTimeout(() => answer()(response, response.req), 20);
    });
    expect(await orders.call(mutation, headers, { gone: hangsUp.signal })).toEqual(well);
    await until('the answer was read', () => ended);
  });
});

describe('a query', () => {
  it('is retried elsewhere when the connection breaks', async () => {
    const [broken, other] = [await replica(hangUp), await replica()];
    const orders = client([broken.url, other.url]);
    expect(await oneByOne(6, () => orders.call(query, headers))).toEqual(Array(6).fill(well));
    expect(await orders.metric('retries_total')).toBeGreaterThan(0);
  });

  it('is retried when the only endpoint drops one connection', async () => {
    const server = await replica((_, request) => {
      server.behave(answer());
      request.socket.destroy();
    });
    const orders = client([server.url]);
    expect(await orders.call(query, headers)).toEqual(well);
  });

  it('is answered by the other endpoint when one is frozen, within one time-out', async () => {
    const [frozen, other] = [await replica(neverAnswer), await replica()];
    const orders = client([frozen.url, other.url], { SUBGRAPH_TIMEOUT_MS: '1000' });
    const answers = await oneByOne(8, () => orders.call(query, headers));
    expect(answers).toEqual(Array(8).fill(well));
    expect(orders.state()).toMatchObject({ endpoints: 2, ejected: 1, breaker: 'closed' });
    expect(await orders.metric('ejections_total')).toBe(1);
    expect(frozen.received).toHaveLength(3);
  });

  it('is sent once per viewer when many send it concurrently', async () => {
    const server = await replica((response) => void setTimeout(() => answer()(response, response.req), 30));
    const orders = client([server.url]);
    const others = { ...headers, 'x-agora-viewer': 'bob' };
    const asked = await Promise.all([
      times(20, () => orders.call(query, { ...headers, 'x-request-id': String(Math.random()) })),
      times(20, () => orders.call(query, others)),
    ]);
    expect(asked.flat()).toEqual(Array(40).fill(well));
    expect(server.received).toHaveLength(2);
    expect(await orders.metric('deduplicated_total')).toBe(38);
  });

  it('after a mutation does not share an answer from before it', async () => {
    const server = await replica(neverAnswer);
    const orders = client([server.url], { SUBGRAPH_TIMEOUT_MS: '1000' });
    const before = orders.call(query, headers);
    await until('it is under way', () => server.received.length === 1);
    server.behave(answer());
    await orders.call(mutation, headers);
    expect(await orders.call(query, headers)).toEqual(well);
    expect(codeOf(await before)).toBe('GATEWAY_TIMEOUT');
  });

  it('is aborted when its client has left, without counting as a failure', async () => {
    let calledOff = false;
    const server = await replica((response) => {
      response.on('close', () => {
        calledOff = true;
      });
    });
    const orders = client([server.url], { SUBGRAPH_BREAKER_FAILURES: '1' });
    const hangsUp = new AbortController();
    const asking = orders.call(query, headers, { gone: hangsUp.signal });
    await until('it is under way', () => server.received.length === 1);
    hangsUp.abort();
    expect(codeOf(await asking)).toBe('CLIENT_GONE');
    await until('the connection was let go', () => calledOff);
    expect(orders.state()).toMatchObject({ breaker: 'closed', pending: 0 });
    expect(orders.lines).toEqual([]);
  });

  it.each([
    ['counts for nothing when it has not waited for long', '60000', 'closed'],
    ['counts like a time-out when it has: its clients may all be less patient than the gateway', '1', 'open'],
  ])('that its client abandons %s', async (_, slowMs, breaker) => {
    const server = await replica(neverAnswer);
    const orders = client([server.url], { SUBGRAPH_BREAKER_FAILURES: '2', SUBGRAPH_BREAKER_SLOW_MS: slowMs });
    for (const n of [1, 2]) {
      const hangsUp = new AbortController();
      const asking = orders.call(query, headers, { gone: hangsUp.signal });
      await until('it is under way', () => server.received.length === n);
      hangsUp.abort();
      expect(codeOf(await asking)).toBe('CLIENT_GONE');
      await until('it has ended', () => orders.state().pending === 0);
    }
    expect(orders.state().breaker).toBe(breaker);
  });
});

it('counts each call once by its outcome', async () => {
  const server = await replica();
  const orders = client([server.url]);
  await orders.call(query, headers);
  server.behave(answer({}, 404));
  await orders.call(query, headers);
  expect(await orders.metric('requests_total', { outcome: 'ANSWERED' })).toBe(1);
  expect(await orders.metric('requests_total', { outcome: 'SUBGRAPH_BAD_RESPONSE' })).toBe(1);
  expect(await orders.metric('http_requests_total')).toBe(2);
});

it('waits for calls in flight when it is closed', async () => {
  const server = await replica((response) => void setTimeout(() => answer()(response, response.req), 50));
  const orders = aSubgraphClient([server.url]);
  const asking = orders.call(query, headers);
  await until('it is under way', () => server.received.length === 1);
  await orders.close();
  expect(await asking).toEqual(well);
});

const calm: SubgraphState = { name: 'orders', breaker: 'closed', pending: 1, waiting: 0, endpoints: 2, ejected: 0 };

it('reports the current state of each client until it is closed', async () => {
  const registry = createMetrics('gateway');
  const { watch } = upstreamMetrics(registry);
  let state = calm;
  const unwatch = watch(() => state);
  // While a supergraph is replaced there may be two clients of one name: their calls add up, their breakers do not.
  watch(() => ({ ...calm, pending: 4, breaker: 'half-open' }));
  watch(() => ({ ...calm, name: 'reviews', breaker: 'open' }));
  const gauge = async (name: string) => {
    const { values = [] } = (await registry.getSingleMetric(`agora_gateway_subgraph_${name}`)?.get()) ?? {};
    return Object.fromEntries(values.map(({ labels, value }) => [labels.subgraph, value]));
  };
  expect(await gauge('pending')).toEqual({ orders: 5, reviews: 1 });
  expect(await gauge('breaker_state')).toEqual({ orders: 1, reviews: 2 });
  state = { ...calm, pending: 0, ejected: 1 };
  expect(await gauge('pending')).toEqual({ orders: 4, reviews: 1 });
  expect(await gauge('endpoints_ejected')).toEqual({ orders: 1, reviews: 0 });
  unwatch();
  expect(await gauge('endpoints')).toEqual({ orders: 2, reviews: 2 });
});
