import { describe, expect, it } from 'vitest';
import { deduplication, keyOf } from './deduplication.ts';
import { type SubgraphAnswer, SubgraphFailure } from './subgraph-call.ts';

const headers = { 'x-agora-viewer': 'ada', 'x-request-id': '1', authorization: 'a' };

describe('the key of a call', () => {
  it('is the same for another request of the same viewer', () => {
    const again = { ...headers, 'x-request-id': '2', traceparent: '00-1', tracestate: 'x' };
    expect(keyOf('{me}', again)).toBe(keyOf('{me}', headers));
  });

  it('does not depend on the order of headers', () => {
    expect(keyOf('{me}', Object.fromEntries(Object.entries(headers).toReversed()))).toBe(keyOf('{me}', headers));
  });

  it.each([
    ['query', '{you}', headers],
    ['viewer', '{me}', { ...headers, 'x-agora-viewer': 'bob' }],
    ['forwarded header', '{me}', { ...headers, authorization: 'b' }],
    ['header more', '{me}', { ...headers, cookie: 'c' }],
  ])('differs for another %s', (_, body, sent) => {
    expect(keyOf(body, sent)).not.toBe(keyOf('{me}', headers));
  });
});

/** Counts who asks, and answers when told to. */
const subgraph = () => {
  let shared = 0;
  const asked: {
    answer: (answer: SubgraphAnswer) => void;
    fail: (why: Error) => void;
    gone: AbortSignal;
    waiters: () => number;
  }[] = [];
  const calls = deduplication({ onShared: () => shared++ });
  const ask = (key: string, gone?: AbortSignal) =>
    calls.share(key, gone, (allGone, waiters) => {
      const { promise, resolve, reject } = Promise.withResolvers<SubgraphAnswer>();
      allGone.addEventListener('abort', () => reject(allGone.reason));
      asked.push({ answer: resolve, fail: reject, gone: allGone, waiters });
      return promise;
    });
  return { calls, ask, asked, shared: () => shared };
};

describe('identical concurrent calls', () => {
  it('are one call, and everyone gets a copy of the answer', async () => {
    const { ask, asked, shared } = subgraph();
    const answers = [ask('a'), ask('a'), ask('a')];
    expect(asked).toHaveLength(1);
    expect(shared()).toBe(2);
    expect(asked[0]?.waiters()).toBe(3);
    asked[0]?.answer({ data: { cart: { lines: [] } } });
    const [first, second, third] = await Promise.all(answers);
    Object.assign(first?.data?.cart ?? {}, { lines: ['mine'] });
    expect([second, third]).toEqual([{ data: { cart: { lines: [] } } }, { data: { cart: { lines: [] } } }]);
  });

  it('fail together, and the next one is a new call', async () => {
    const { ask, asked } = subgraph();
    const answers = [ask('a'), ask('a')];
    asked[0]?.fail(new SubgraphFailure('GATEWAY_TIMEOUT'));
    for (const answer of answers) await expect(answer).rejects.toThrow('GATEWAY_TIMEOUT');
    void ask('a');
    expect(asked).toHaveLength(2);
  });

  it('with another key, or after the answer, are separate calls', async () => {
    const { ask, asked } = subgraph();
    const first = ask('a');
    void ask('b');
    asked[0]?.answer({ data: {} });
    await first;
    void ask('a');
    expect(asked).toHaveLength(3);
  });

  it('go on while anybody waits, and are aborted when the last waiter has left', async () => {
    const { ask, asked } = subgraph();
    const [one, two] = [new AbortController(), new AbortController()];
    const answers = [ask('a', one.signal), ask('a', two.signal)];
    one.abort();
    await expect(answers[0]).rejects.toThrow('CLIENT_GONE');
    expect(asked[0]?.gone.aborted).toBe(false);
    two.abort();
    await expect(answers[1]).rejects.toThrow('CLIENT_GONE');
    expect(asked[0]?.gone.aborted).toBe(true);
  });

  it('are not joined once they are being aborted', async () => {
    const { ask, asked } = subgraph();
    const client = new AbortController();
    const left = ask('a', client.signal);
    client.abort();
    const next = ask('a');
    asked[1]?.answer({ data: { fresh: true } });
    expect(await next).toEqual({ data: { fresh: true } });
    await expect(left).rejects.toThrow('CLIENT_GONE');
  });

  it('are not joined after a mutation: later queries must see its effect', async () => {
    const { ask, asked, calls } = subgraph();
    const before = ask('a');
    calls.forget();
    const after = ask('a');
    asked[0]?.answer({ data: { lines: 0 } });
    asked[1]?.answer({ data: { lines: 1 } });
    expect([await before, await after]).toEqual([{ data: { lines: 0 } }, { data: { lines: 1 } }]);
  });
});
