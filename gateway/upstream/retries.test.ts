import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayRetry, type RetryOptions, retryBudget, withRetries } from './retries.ts';
import { type SubgraphCall, SubgraphFailure } from './subgraph-call.ts';

const forever = new AbortController().signal;
const query: SubgraphCall = {
  body: '{}',
  headers: {},
  isMutation: false,
  waiters: () => 1,
  signal: forever,
  deadline: () => forever,
};
const mutation: SubgraphCall = { ...query, isMutation: true };

const broken = new SubgraphFailure('SUBGRAPH_UNAVAILABLE', { isUnhealthy: true, retry: 'queries' });
const refused = new SubgraphFailure('SUBGRAPH_UNAVAILABLE', { isUnhealthy: true, retry: 'everything' });
const bad = new SubgraphFailure('SUBGRAPH_BAD_RESPONSE', { isUnhealthy: true });

/** Fails in the given ways one after the other, then answers. */
const fixture = (failures: SubgraphFailure[], over: Partial<RetryOptions> = {}) => {
  const pauses: number[] = [];
  const triedAtEach: number[][] = [];
  const send = withRetries(
    {
      send: async (_, tried) => {
        triedAtEach.push([...tried]);
        tried.add(triedAtEach.length);
        const failure = failures.shift();
        if (failure) throw failure;
        return { data: {} };
      },
    },
    {
      retries: 2,
      pauseMs: 4,
      budget: retryBudget({ ratio: 0.2, reserve: 10 }),
      firstAttemptMs: () => undefined,
      random: () => {
        pauses.push(0.5);
        return 0.5;
      },
      onRetry: () => undefined,
      ...over,
    },
  );
  return { send, pauses, tries: () => triedAtEach.length, triedAtEach };
};

describe('a retry', () => {
  it('is made for a query, elsewhere, after a random pause', async () => {
    const { send, triedAtEach, pauses } = fixture([broken, refused]);
    expect(await send(query)).toEqual({ data: {} });
    expect(triedAtEach).toEqual([[], [1], [1, 2]]);
    expect(pauses).toHaveLength(2);
  });

  it('is made for a mutation only when nothing was sent', async () => {
    const unsent = fixture([refused]);
    expect(await unsent.send(mutation)).toEqual({ data: {} });
    const sent = fixture([broken]);
    await expect(sent.send(mutation)).rejects.toBe(broken);
    expect(sent.tries()).toBe(1);
  });

  it('is not made for failures that would repeat', async () => {
    const { send, tries } = fixture([bad]);
    await expect(send(query)).rejects.toBe(bad);
    expect(tries()).toBe(1);
  });

  it('is bounded', async () => {
    const { send, tries } = fixture([broken, broken, broken, broken]);
    await expect(send(query)).rejects.toBe(broken);
    expect(tries()).toBe(3);
  });

  it('is not made when the budget is spent', async () => {
    const { send, tries } = fixture([broken, broken], { budget: retryBudget({ ratio: 0, reserve: 1 }) });
    await expect(send(query)).rejects.toBe(broken);
    expect(tries()).toBe(2);
  });

  it("is not waited for beyond the call's deadline", async () => {
    const deadline = new AbortController();
    const { send, tries } = fixture([broken], { pauseMs: 600_000 });
    const sending = send({ ...query, signal: deadline.signal });
    deadline.abort();
    await expect(sending).rejects.toBe(broken);
    expect(tries()).toBe(1);
  });
});

describe('the budget', () => {
  it('never lets retries exceed their share of the calls and the reserve', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.boolean(), { size: 'large' }),
        (ratio, isRetry) => {
          const budget = retryBudget({ ratio, reserve: 1 });
          let [calls, retries] = [0, 0];
          for (const each of isRetry) {
            if (each) retries += budget.withdraw() ? 1 : 0;
            else {
              calls += 1;
              budget.deposit();
            }
          }
          expect(retries).toBeLessThanOrEqual(1 + calls * ratio + 1e-6);
        },
      ),
    );
  });

  it('refills with the calls that are made', () => {
    const budget = retryBudget({ ratio: 0.5, reserve: 1 });
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false]);
    budget.deposit();
    budget.deposit();
    expect(budget.withdraw()).toBe(true);
  });
});

it('never resends a mutation that may have arrived', () => {
  expect([refused, broken, bad].map((failure) => mayRetry(failure, mutation))).toEqual([true, false, false]);
  expect([refused, broken, bad].map((failure) => mayRetry(failure, query))).toEqual([true, true, false]);
});

describe('a first attempt without an answer in its share of the time', () => {
  const frozen = (over: Partial<RetryOptions>) => {
    const answered = Promise.withResolvers<{ data: Record<string, unknown> }>();
    let tries = 0;
    const send = withRetries(
      {
        send: ({ signal }) => {
          tries += 1;
          const given = new Promise<never>((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason)),
          );
          return tries === 1 ? Promise.race([answered.promise, given]) : Promise.resolve({ data: { second: true } });
        },
      },
      {
        retries: 1,
        pauseMs: 0,
        budget: retryBudget({ ratio: 0, reserve: 10 }),
        firstAttemptMs: () => 10,
        onRetry: () => undefined,
        ...over,
      },
    );
    return { send, answered };
  };

  it('makes room for a second one', async () => {
    expect(await frozen({}).send(query)).toEqual({ data: { second: true } });
  });

  it.each([
    ['there are to be none', { retries: 0 }],
    ['none can be paid for', { budget: retryBudget({ ratio: 0, reserve: 0 }) }],
  ])('goes on to the deadline when %s', async (_, over) => {
    const { send, answered } = frozen(over);
    setTimeout(() => answered.resolve({ data: { first: true } }), 40);
    expect(await send(query)).toEqual({ data: { first: true } });
  });
});
