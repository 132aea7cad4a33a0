import { describe, expect, it } from 'vitest';
import {
  afterFailure,
  choose,
  type EjectionBounds,
  endpoints,
  type Health,
  isEjected,
  unknownHealth,
} from './endpoints.ts';
import type { HttpExchange } from './http-exchange.ts';
import { type SubgraphAnswer, type SubgraphCall, SubgraphFailure } from './subgraph-call.ts';

const now = 1_000_000;
const health = (over: Partial<Health> = {}): Health => ({ ...unknownHealth, ...over });
const ejected = health({ ejectedUntilMs: now + 1, ejectionsInARow: 1 });
const none: ReadonlySet<number> = new Set();

describe('the choice of an endpoint', () => {
  const picked = (all: Health[], tried = none, turn = 0) => choose(all, { tried, turn, now });

  it('is the least busy one', () => {
    expect(picked([health({ pending: 3 }), health({ pending: 1 }), health({ pending: 2 })])).toBe(1);
  });

  it('is round-robin among equals', () => {
    expect([0, 1, 2].map((turn) => picked([health(), health(), health()], none, turn))).toEqual([0, 1, 2]);
  });

  it('avoids those already tried, unless there is no other', () => {
    expect(picked([health(), health({ pending: 9 })], new Set([0]))).toBe(1);
    expect(picked([health(), health({ pending: 9 })], new Set([0, 1]))).toBe(0);
  });

  it('avoids an ejected one, even when the other was tried', () => {
    expect(picked([ejected, health({ pending: 9 })])).toBe(1);
    expect(picked([ejected, health({ pending: 9 })], new Set([1]))).toBe(1);
  });

  it('gives a returning one a single request at a time', () => {
    const back = health({ ejectionsInARow: 1 });
    expect(picked([back, health({ pending: 1 })])).toBe(0);
    expect(picked([{ ...back, pending: 1 }, health({ pending: 9 })])).toBe(1);
  });

  it('always finds one', () => {
    expect(picked([ejected, ejected], none, 1)).toBe(1);
  });
});

describe('an ejection', () => {
  const bounds: EjectionBounds = { afterFailures: 3, firstMs: 100, longestMs: 500 };
  const failTimes = (times: number, start: Health, others: Health[], at = now) =>
    Array.from({ length: times }).reduce<Health>((state) => afterFailure(state, others, bounds, at), start);

  it('follows consecutive failures', () => {
    expect(isEjected(failTimes(2, health(), [health()]), now)).toBe(false);
    expect(failTimes(3, health(), [health()]).ejectedUntilMs).toBe(now + 100);
  });

  it('is not prolonged by requests from before it', () => {
    expect(failTimes(30, health(), [health()]).ejectedUntilMs).toBe(now + 100);
  });

  it('doubles each time it returns and fails, up to a bound', () => {
    let state = failTimes(3, health(), [health()]);
    let at = now;
    const lengths = [1, 2, 3, 4].map(() => {
      at = state.ejectedUntilMs;
      state = afterFailure(state, [health()], bounds, at);
      return state.ejectedUntilMs - at;
    });
    expect(lengths).toEqual([200, 400, 500, 500]);
  });

  it('never takes the last endpoint', () => {
    expect(isEjected(failTimes(30, health(), []), now)).toBe(false);
    expect(isEjected(failTimes(30, health(), [ejected]), now)).toBe(false);
    expect(isEjected(failTimes(3, health(), [ejected, health()]), now)).toBe(true);
  });
});

describe('endpoints under load', () => {
  const forever = new AbortController().signal;
  const call: SubgraphCall = {
    body: '{}',
    headers: {},
    isMutation: false,
    waiters: () => 1,
    signal: forever,
    deadline: () => forever,
  };

  /** An endpoint that answers when told to. */
  const held = () => {
    const waiting: PromiseWithResolvers<SubgraphAnswer>[] = [];
    const exchange: HttpExchange = {
      place: 'held',
      send: () => {
        const turn = Promise.withResolvers<SubgraphAnswer>();
        waiting.push(turn);
        return turn.promise;
      },
      close: async () => undefined,
    };
    return { exchange, waiting };
  };
  const over = (exchanges: HttpExchange[]) => {
    const ejections: string[] = [];
    const all = endpoints({
      exchanges,
      ejection: { afterFailures: 3, firstMs: 60_000, longestMs: 60_000 },
      onSent: () => undefined,
      onEjected: ({ place }) => ejections.push(place),
    });
    return { all, ejections };
  };

  it('share it, and a stuck one gets no more than it can hold', async () => {
    const [stuck, quick] = [held(), held()];
    const { all } = over([stuck.exchange, quick.exchange]);
    const sent = Array.from({ length: 40 }, async () => {
      const sending = all.send(call, new Set());
      for (const { resolve } of quick.waiting) resolve({ data: {} });
      await Promise.race([sending, Promise.resolve()]);
    });
    await Promise.all(sent);
    expect(stuck.waiting.length + quick.waiting.length).toBe(40);
    expect(stuck.waiting.length).toBeLessThanOrEqual(20);
  });

  it('are replaced: those that stay keep their health, those that leave finish, new ones get their share', async () => {
    const [leaver, stayer, joiner] = [held(), held(), held()];
    let hasLeft = false;
    const leave = async () => {
      hasLeft = true;
    };
    const leaving = { ...leaver.exchange, close: leave };
    const { all } = over([leaving, stayer.exchange]);
    const asked = [all.send(call, new Set()), all.send(call, new Set())];
    all.replace([stayer.exchange, joiner.exchange]);
    expect(hasLeft).toBe(true);
    // The one that stayed is known to be busy.
    const more = [all.send(call, new Set()), all.send(call, new Set())];
    expect([stayer.waiting.length, joiner.waiting.length]).toEqual([1 + 1, 1]);
    for (const { waiting } of [leaver, stayer, joiner]) for (const { resolve } of waiting) resolve({ data: {} });
    expect(await Promise.all([...asked, ...more])).toHaveLength(4);
    expect(all.state()).toEqual({ endpoints: 2, ejected: 0 });
  });

  it('are not retried by a call that has been there, even after a replacement', async () => {
    const [one, other] = [held(), held()];
    const { all } = over([held().exchange, one.exchange]);
    all.replace([one.exchange]);
    const tried = new Set<number>();
    void all.send(call, tried);
    all.replace([other.exchange, one.exchange]);
    void all.send(call, tried);
    expect([one.waiting.length, other.waiting.length]).toEqual([1, 1]);
  });

  it('are ejected once after failures, and not for a 4xx', async () => {
    const failingWith = (failure: SubgraphFailure): HttpExchange => ({
      place: failure.fault,
      send: () => Promise.reject(failure),
      close: async () => undefined,
    });
    const away = failingWith(new SubgraphFailure('SUBGRAPH_UNAVAILABLE', { isUnhealthy: true }));
    const refusing = failingWith(new SubgraphFailure('SUBGRAPH_BAD_RESPONSE'));
    const { all, ejections } = over([away, refusing]);
    for (let n = 0; n < 20; n++) await all.send(call, new Set()).catch(() => undefined);
    expect(ejections).toEqual(['SUBGRAPH_UNAVAILABLE']);
    expect(all.state()).toEqual({ endpoints: 2, ejected: 1 });
  });
});
