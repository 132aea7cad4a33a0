import { afterEach, describe, expect, it } from 'vitest';
import {
  answer,
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
import { until } from '#kit/vitest/until.ts';

const { replica, client, end } = upstreamFixture();
afterEach(end);

describe('a subgraph in trouble', () => {
  it('is not called while its breaker is open, and called again when it has recovered', async () => {
    const server = await replica(hangUp);
    const orders = client([server.url], { SUBGRAPH_RETRIES: '0', SUBGRAPH_BREAKER_PROBE_MS: '1500' });
    await oneByOne(5, () => orders.call(query, headers));
    expect(await orders.metric('breaker_state')).toBe(2);
    const received = server.received.length;
    const refused = await times(50, () => orders.call(query, headers));
    expect(new Set(refused.map(codeOf))).toEqual(new Set(['SUBGRAPH_CIRCUIT_OPEN']));
    expect(server.received).toHaveLength(received);

    server.behave(answer());
    await until('it has healed', async () => codeOf(await orders.call(query, headers)) === undefined);
    expect(orders.state().breaker).toBe('closed');
    expect(orders.lines.flatMap(({ breaker }) => breaker ?? []).slice(-3)).toEqual(['open', 'half-open', 'closed']);
  });

  it('has limited concurrency; queued calls fail when the breaker opens', async () => {
    const server = await replica(neverAnswer);
    const orders = client([server.url], {
      SUBGRAPH_TIMEOUT_MS: '1000',
      SUBGRAPH_CONCURRENCY: '5',
      SUBGRAPH_QUEUE: '2',
      SUBGRAPH_DEDUPLICATION: 'off',
      SUBGRAPH_BREAKER_FAILURES: '1',
    });
    const frozen = times(5, () => orders.call(query, headers));
    await until('they are under way', () => server.received.length === 5);
    const codes = (await times(5, () => orders.call(query, headers))).map(codeOf);
    expect(codes).toEqual([...Array(2).fill('SUBGRAPH_CIRCUIT_OPEN'), ...Array(3).fill('SUBGRAPH_OVERLOADED')]);
    expect((await frozen).map(codeOf)).toEqual(Array(5).fill('GATEWAY_TIMEOUT'));
    expect(server.received).toHaveLength(5);
    expect(orders.state()).toMatchObject({ pending: 0, waiting: 0 });
  });

  it('serves another viewer while one retries a purchase 560 times at once, with the defaults', async () => {
    const held: (() => void)[] = [];
    const bought = answer({ data: { pay: true } });
    const server = await replica((response, request) => void held.push(() => bought(response, request)));
    const orders = client([server.url]);
    const greedy = times(560, () => orders.call(mutation, headers, { key: 'greedy' }));
    await until('the share is used up', () => held.length === 32);
    expect(orders.state()).toMatchObject({ pending: 32, waiting: 128 });

    const other = orders.call(mutation, headers, { key: 'other' });
    await until('the other is there', () => held.length === 33);
    held.pop()?.();
    expect(codeOf(await other)).toBe(undefined);

    server.behave(bought);
    for (const end of held) end();
    const codes = Map.groupBy((await greedy).map(codeOf), (code) => code);
    expect([codes.get(undefined)?.length, codes.get('TOO_MANY_REQUESTS')?.length]).toEqual([32 + 128, 400]);
    expect(orders.state().breaker).toBe('closed');
  });

  it("is not blamed for a call's time in the queue", async () => {
    const server = await replica(neverAnswer);
    const orders = client([server.url], {
      SUBGRAPH_TIMEOUT_MS: '1000',
      SUBGRAPH_CONCURRENCY: '1',
      SUBGRAPH_DEDUPLICATION: 'off',
    });
    const frozen = orders.call(query, headers);
    await until('it is under way', () => server.received.length === 1);
    const waited = orders.call(query, headers);
    server.behave((response, request) => void setTimeout(() => answer()(response, request), 200));
    expect(codeOf(await frozen)).toBe('GATEWAY_TIMEOUT');
    expect(codeOf(await waited)).toBe(undefined);
  });

  it('fails fast while its slots are taken by frozen calls and the probe', async () => {
    const server = await replica(neverAnswer);
    const orders = client([server.url], {
      SUBGRAPH_CONCURRENCY: '2',
      SUBGRAPH_RETRIES: '0',
      SUBGRAPH_DEDUPLICATION: 'off',
      SUBGRAPH_BREAKER_FAILURES: '1',
      SUBGRAPH_BREAKER_PROBE_MS: '20',
    });
    const client1 = new AbortController();
    const frozen = orders.call(query, headers, { gone: client1.signal });
    await until('one is frozen', () => server.received.length === 1);
    server.behave(hangUp);
    await orders.call(query, headers);
    await until('its breaker is half-open', () => orders.state().breaker === 'half-open');
    server.behave(neverAnswer);
    const probe = orders.call(query, headers);
    expect(codeOf(await orders.call(query, headers))).toBe('SUBGRAPH_CIRCUIT_OPEN');
    expect(orders.state()).toMatchObject({ pending: 2, waiting: 0 });
    client1.abort();
    await server.close();
    expect([await frozen, await probe].map(codeOf)).toEqual(['CLIENT_GONE', 'SUBGRAPH_UNAVAILABLE']);
  });

  it.each([
    ['errors of its business', 200, { data: null, errors: [{ message: 'no', extensions: { code: 'NOT_FOUND' } }] }],
    ['a 4xx', 400, { errors: [{ message: 'no', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }],
    ['a page that is not there', 404, 'nothing'],
  ])('is healthy when it answers %s', async (_, status, body) => {
    const server = await replica(answer(body as object, status));
    const orders = client([server.url]);
    await oneByOne(30, () => orders.call(query, headers));
    expect(orders.state().breaker).toBe('closed');
  });

  it('is unhealthy when it answers with a 5xx, even with GraphQL errors, which the client gets', async () => {
    const errors = [{ message: 'no database', extensions: { code: 'OUT_OF_ORDER' } }];
    const server = await replica(answer({ errors }, 500));
    const orders = client([server.url]);
    const answers = await oneByOne(6, () => orders.call(query, headers));
    expect(answers.map(codeOf)).toEqual([...Array(5).fill('OUT_OF_ORDER'), 'SUBGRAPH_CIRCUIT_OPEN']);
  });

  it.each([
    ['says so beforehand', { 'content-length': '2000' }],
    ['does not say so', {}],
  ])('is cut off when its answer is too long and %s', async (_, lengthHeader) => {
    const long = JSON.stringify({ data: { me: 'x'.repeat(1_982) } });
    const server = await replica((response) => {
      response.writeHead(200, lengthHeader);
      response.end(long);
    });
    expect(long).toHaveLength(2_000);
    expect(codeOf(await client([server.url], { SUBGRAPH_MAX_RESPONSE_BYTES: '1999' }).call(query, headers))).toBe(
      'SUBGRAPH_BAD_RESPONSE',
    );
    expect(codeOf(await client([server.url], { SUBGRAPH_MAX_RESPONSE_BYTES: '2000' }).call(query, headers))).toBe(
      undefined,
    );
  });
});
