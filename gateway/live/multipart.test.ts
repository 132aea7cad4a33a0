/** Subscriptions in Apollo's multipart protocol: over the wire, and with the link of Apollo Client. */
import { CombinedGraphQLErrors, CombinedProtocolErrors, ServerError } from '@apollo/client';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type LiveFixture, liveFixture, orderStream } from '#kit/gateway/live-fixture.ts';
import { until } from '#kit/vitest/until.ts';

let fixture: LiveFixture;
beforeAll(async () => {
  fixture = await liveFixture({ LIVE_ALONE_MS: '50', LIVE_HEARTBEAT_MS: '20', LIVE_STREAMS_PER_VIEWER: '2' });
});
afterAll(() => fixture.close());

type Order = ReturnType<LiveFixture['anOrder']>;

describe('over the wire', () => {
  const post = async (order: Order, accept: string, path = '/graphql', token?: string) =>
    fetch(`${fixture.gateways[0]?.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept,
        authorization: `Bearer ${token ?? (await fixture.tokenOf(order.customerId))}`,
      },
      body: JSON.stringify({ query: orderStream, variables: { id: order.id } }),
    });
  const finished = () => {
    const order = fixture.anOrder();
    order.status = 'CONFIRMED';
    return order;
  };
  const multipart = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0';

  it.each([
    ['as the protocol has it', 'multipart/mixed;subscriptionSpec=1.0, application/json', '/graphql'],
    ['quoted', 'multipart/mixed; subscriptionSpec="1.0", application/json', '/graphql'],
    [
      'as Apollo Client does',
      'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9',
      '/graphql',
    ],
    ['with another boundary', 'application/json, multipart/mixed;boundary="-";subscriptionSpec=1.0', '/graphql'],
    ['at the door of streams', 'multipart/mixed;subscriptionSpec=1.0', '/graphql/stream'],
  ])('a client that accepts it gets it: %s', async (_, accept, path) => {
    const order = finished();
    const response = await post(order, accept, path);
    const headers = ['content-type', 'cache-control', 'x-accel-buffering'].map((name) => response.headers.get(name));
    expect([response.status, ...headers]).toEqual([200, multipart, 'no-store, no-transform', 'no']);
    const data = { orderUpdated: { id: order.id, status: 'CONFIRMED' } };
    const head = '\r\n--graphql\r\ncontent-type: application/json\r\n\r\n';
    // Heartbeats as many as there were.
    expect((await response.text()).replaceAll(`${head}{}`, '')).toBe(
      `${head}${JSON.stringify({ payload: { data } })}\r\n--graphql--\r\n`,
    );
  });

  it.each([
    ['another version of it', 'multipart/mixed;subscriptionSpec=2.0', 406],
    ['parts of deferred answers', 'multipart/mixed;deferSpec=20220824', 406],
    ['parts of deferred answers, or JSON', 'multipart/mixed;deferSpec=20220824,application/json', 406],
    ['events', 'text/event-stream', 200],
    ['an invalid token', 'multipart/mixed;subscriptionSpec=1.0', 401],
  ])('another client does not: %s', async (what, accept, status) => {
    const response = await post(finished(), accept, '/graphql', what === 'an invalid token' ? 'x.y.z' : undefined);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).not.toContain('multipart');
    await response.text();
  });
});

describe("Apollo Client's link", () => {
  const watching: { unsubscribe(): void }[] = [];
  const watch = async (order: { readonly id: string }, token: string, query = orderStream) => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${fixture.gateways[0]?.url}/graphql`, headers: { authorization: `Bearer ${token}` } }),
      cache: new InMemoryCache(),
    });
    const state = { statuses: [] as unknown[], error: undefined as unknown, ended: false };
    const subscription = client
      .subscribe<{ orderUpdated: { status: string } | null }>({
        query: gql(query),
        variables: { id: order.id },
        fetchPolicy: 'no-cache',
      })
      .subscribe({
        next: ({ data, error }) => {
          if (error) state.error = error;
          else state.statuses.push(data?.orderUpdated?.status);
        },
        error: (error) => {
          state.error = error;
        },
        complete: () => {
          state.ended = true;
        },
      });
    watching.push(subscription);
    return Object.assign(state, { unsubscribe: () => subscription.unsubscribe() });
  };

  it('watches an order to its end, and overhears heartbeats', async () => {
    const order = fixture.anOrder();
    const state = await watch(order, await fixture.tokenOf(order.customerId));
    for (const status of ['PLACED', 'AUTHORIZING', 'CONFIRMED']) {
      await fixture.change(order, status, { silently: true });
      await until(status, () => state.statuses.at(-1) === status);
    }
    await until('the end', () => state.ended);
    expect([state.statuses.toSorted(), state.error]).toEqual([['AUTHORIZING', 'CONFIRMED', 'PLACED'], undefined]);
  });

  it('gets errors of the operation as such', async () => {
    const order = fixture.anOrder();
    const token = await fixture.tokenOf(order.customerId);
    const query = 'subscription ($id: ID!) { somethingElse(id: $id) { id } }';
    const state = await watch(order, token, query);
    await until('the end', () => state.ended);
    expect(CombinedGraphQLErrors.is(state.error) && state.error.errors[0]?.extensions?.code).toBe(
      'SUBSCRIPTION_NOT_SUPPORTED',
    );
  });

  it('ends with its token, by an error of the stream', async () => {
    const order = fixture.anOrder();
    const state = await watch(order, await fixture.tokenOf(order.customerId));
    await until('an update', () => state.statuses.length === 1);
    await fixture.deny(order.customerId);
    await until('the end', () => state.error !== undefined);
    expect(CombinedProtocolErrors.is(state.error) && state.error.errors[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  it('is one of the streams that a viewer may have, until it is closed', async () => {
    const order = fixture.anOrder(newId('User'));
    const token = await fixture.tokenOf(order.customerId);
    const open = [await watch(order, token), await watch(order, token)];
    await until('both', () => open.every(({ statuses }) => statuses.length === 1));
    const third = await watch(order, token);
    await until('the refusal', () => third.error !== undefined);
    expect(ServerError.is(third.error) && third.error.statusCode).toBe(429);
    open[0]?.unsubscribe();
    await until('room for another', async () => {
      const again = await watch(order, token);
      await until('an answer', () => again.statuses.length > 0 || again.error !== undefined);
      return again.error === undefined;
    });
  });

  it('is told to come back when the gateway goes', async () => {
    const order = fixture.anOrder();
    const state = await watch(order, await fixture.tokenOf(order.customerId));
    await until('an update', () => state.statuses.length === 1);
    await fixture.closeGateways();
    await until('the end', () => state.error !== undefined);
    expect(CombinedProtocolErrors.is(state.error) && state.error.errors[0]?.extensions?.code).toBe(
      'SUBSCRIPTION_INTERRUPTED',
    );
  });
});
