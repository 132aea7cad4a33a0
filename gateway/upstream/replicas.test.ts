import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aSubgraphClient, type ClientFixture, headers, mutation, query, times } from '#kit/gateway/upstream.ts';
import { until } from '#kit/vitest/until.ts';
import { hasAddresses } from './replicas.ts';
import { upstreamBounds } from './variables.ts';

describe('a subgraph with several replicas behind one name', () => {
  const servers = new Map<string, Server>();
  const hits = new Map<string, number>();
  let port = 0;
  let addresses: string[];
  let orders: ClientFixture;

  /** Replicas on addresses of this machine; a lookup of `orders.internal` gives those in `addresses`. */
  const start = async (address: string) => {
    const server = createServer((request, response) => {
      hits.set(address, (hits.get(address) ?? 0) + 1);
      expect(request.headers.host).toBe(`orders.internal:${port}`);
      request.resume();
      const body = '{"data":{"me":"Ada"}}';
      request.on('end', () => setTimeout(() => response.setHeader('content-type', 'application/json').end(body), 5));
    });
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    port = (server.address() as AddressInfo).port;
    servers.set(address, server);
  };
  const stop = (address: string) => {
    servers.get(address)?.closeAllConnections();
    servers.get(address)?.close();
    servers.delete(address);
  };

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
    port = 0;
    for (const address of addresses) await start(address);
    orders = aSubgraphClient([`http://orders.internal:${port}/graphql`], {}, async () => addresses);
    await until('looked up', () => orders.state().endpoints === 3);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await orders.close();
    for (const address of servers.keys()) stop(address);
  });

  const lookAgain = () => vi.advanceTimersByTimeAsync(upstreamBounds.lookupEveryMs);
  /** How many of 300 mutations, 30 at a time, each replica gets. */
  const spread = async () => {
    hits.clear();
    for (let n = 0; n < 10; n++)
      for (const { errors } of await times(30, () => orders.call(mutation, headers))) expect(errors).toBeUndefined();
    return Object.fromEntries(hits);
  };

  it('balances the load over all of them, though connections are kept alive', async () => {
    // A third of 300, give or take 25.
    const share = expect.closeTo(100, -1.7);
    expect(await spread()).toEqual({ '127.0.0.2': share, '127.0.0.3': share, '127.0.0.4': share });
  });

  it('gives a new one its share after the next lookup, and drops one that is gone', async () => {
    await start('127.0.0.5');
    addresses = ['127.0.0.5', '127.0.0.4', '127.0.0.3'];
    await lookAgain();
    stop('127.0.0.2');
    expect(orders.state()).toMatchObject({ endpoints: 3, ejected: 0 });
    expect(Object.keys(await spread()).toSorted()).toEqual(['127.0.0.3', '127.0.0.4', '127.0.0.5']);
    expect(orders.lines.at(-1)).toMatchObject({ msg: 'endpoints changed' });
  });

  it('keeps its replicas when DNS returns nothing', async () => {
    addresses = [];
    await lookAgain();
    expect(orders.state().endpoints).toBe(3);
  });

  it('answers queries while a dead one is still in DNS', async () => {
    stop('127.0.0.3');
    const answers = await times(9, () =>
      orders.call({ query: `${query.query} ` }, { ...headers, n: String(Math.random()) }),
    );
    expect(answers.filter(({ errors }) => errors)).toEqual([]);
  });
});

it.each([
  ['order', true],
  ['order.shop.svc.cluster.local', true],
  ['localhost', false],
  ['order.localhost', false],
  ['127.0.0.1', false],
  ['::1', false],
])('the host %s is looked up for replicas: %s', (host, is) => {
  expect(hasAddresses(host)).toBe(is);
});
