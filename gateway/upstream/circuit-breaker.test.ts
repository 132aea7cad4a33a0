import { afterEach, describe, expect, it } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { type Breaker, type BreakerBounds, circuitBreaker } from './circuit-breaker.ts';
import { type SubgraphCall, SubgraphFailure } from './subgraph-call.ts';

const bounds: BreakerBounds = {
  enabled: true,
  failuresInARow: 3,
  failurePercent: 50,
  minimumCalls: 10,
  windowMs: 10_000,
  probeAfterMs: 20,
};
const forever = new AbortController().signal;
const call: SubgraphCall = {
  body: '{}',
  headers: {},
  isMutation: false,
  waiters: () => 1,
  signal: forever,
  deadline: () => forever,
};
const away = () => new SubgraphFailure('SUBGRAPH_UNAVAILABLE', { isUnhealthy: true });
const refused = () => new SubgraphFailure('SUBGRAPH_BAD_RESPONSE');

const open: Breaker[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

/** A subgraph that does what is next in `script`, and a breaker before it. */
const fixture = (over: Partial<BreakerBounds> = {}) => {
  let calls = 0;
  let outcome: () => Promise<object> = async () => ({ data: {} });
  const states: string[] = [];
  const breaker = circuitBreaker(
    () => {
      calls += 1;
      return outcome();
    },
    { bounds: { ...bounds, ...over }, onChange: (state) => states.push(state) },
  );
  open.push(breaker);
  const fails = (why: () => Error) => {
    outcome = () => Promise.reject(why());
  };
  const send = (over: Partial<SubgraphCall> = {}) =>
    breaker.send({ ...call, ...over }).then(
      () => 'answered',
      (failure: SubgraphFailure) => failure.fault,
    );
  return {
    breaker,
    states,
    send,
    fails,
    answers: () => {
      outcome = async () => ({ data: {} });
    },
    hangs: () => {
      outcome = () => new Promise(() => undefined);
    },
    calls: () => calls,
  };
};

const opened = async (over: Partial<BreakerBounds> = {}) => {
  const it = fixture(over);
  it.fails(away);
  for (let n = 0; n < 3; n++) await it.send();
  return it;
};

describe('a circuit breaker', () => {
  it('opens after consecutive failures, and then nothing is sent', async () => {
    const { send, calls, breaker } = await opened();
    expect(breaker.state()).toBe('open');
    expect(await send()).toBe('SUBGRAPH_CIRCUIT_OPEN');
    expect(calls()).toBe(3);
  });

  it('counts a shared call for each of its waiters', async () => {
    const { send, fails, breaker } = fixture();
    fails(away);
    await send({ waiters: () => 2 });
    expect(breaker.state()).toBe('closed');
    await send();
    expect(breaker.state()).toBe('open');
  });

  it('resets the count after a success', async () => {
    const { send, fails, answers, breaker } = fixture();
    for (const well of [false, false, true, false, false]) {
      if (well) answers();
      else fails(away);
      await send();
    }
    expect(breaker.state()).toBe('closed');
  });

  it('opens at the error rate even without consecutive failures', async () => {
    const { send, fails, answers, breaker } = fixture();
    for (let n = 0; n < 12 && breaker.state() === 'closed'; n++) {
      if (n % 3 === 0) answers();
      else fails(away);
      await send();
    }
    expect(breaker.state()).toBe('open');
  });

  it.each([
    ['a 4xx', refused],
    ['a client that has left', () => new SubgraphFailure('CLIENT_GONE')],
  ])('does not open for %s', async (_, why) => {
    const { send, fails, breaker } = fixture();
    fails(why);
    for (let n = 0; n < 30; n++) await send();
    expect(breaker.state()).toBe('closed');
  });

  it('does not take a disconnected client for a success', async () => {
    const { send, fails, breaker } = fixture();
    for (const why of [away, away, () => new SubgraphFailure('CLIENT_GONE'), away]) {
      fails(why);
      await send();
    }
    expect(breaker.state()).toBe('open');
  });

  it('lets one probe through, refuses the others meanwhile, and closes when it succeeds', async () => {
    const { send, hangs, answers, breaker, calls, states } = await opened();
    await until('half-open', () => breaker.state() === 'half-open');
    hangs();
    void send();
    expect(await send()).toBe('SUBGRAPH_CIRCUIT_OPEN');
    expect(calls()).toBe(4);

    const second = await opened();
    await until('half-open', () => second.breaker.state() === 'half-open');
    second.answers();
    expect(await second.send()).toBe('answered');
    expect(second.states).toEqual(['open', 'half-open', 'closed']);
    answers();
    expect(states).toEqual(['open', 'half-open']);
  });

  it('opens again when the probe fails', async () => {
    const { send, breaker, states } = await opened();
    await until('half-open', () => breaker.state() === 'half-open');
    await send();
    expect(states.slice(0, 3)).toEqual(['open', 'half-open', 'open']);
  });

  it('lets the probe finish when its client leaves', async () => {
    const client = new AbortController();
    let probe: AbortSignal | undefined;
    const breaker = circuitBreaker(
      ({ signal }) => {
        probe = signal;
        return Promise.reject(away());
      },
      { bounds, onChange: () => undefined },
    );
    open.push(breaker);
    for (let n = 0; n < 3; n++) await breaker.send(call).catch(() => undefined);
    await until('half-open', () => breaker.state() === 'half-open');
    await breaker.send({ ...call, signal: client.signal }).catch(() => undefined);
    client.abort();
    expect(probe?.aborted).toBe(false);
  });

  it('can be switched off', async () => {
    const { breaker, send } = await opened({ enabled: false });
    expect(breaker.state()).toBe('closed');
    expect(await send()).toBe('SUBGRAPH_UNAVAILABLE');
  });
});
