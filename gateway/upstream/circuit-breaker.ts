/** Stops asking a subgraph that keeps failing, so that its callers get their answer at once and it gets time to recover. */
import CircuitBreaker from 'opossum';
import type { Send, SubgraphCall } from './subgraph-call.ts';
import { SubgraphFailure } from './subgraph-call.ts';

export interface BreakerBounds {
  /** Off, everything goes through. */
  readonly enabled: boolean;
  /** So many unhealthy calls in a row open it … */
  readonly failuresInARow: number;
  /** … and so does this share of the calls of the window, once there were `minimumCalls`. */
  readonly failurePercent: number;
  readonly minimumCalls: number;
  readonly windowMs: number;
  /** After this long one call goes through as a probe: it decides. */
  readonly probeAfterMs: number;
}

export type BreakerState = 'closed' | 'half-open' | 'open';

export interface Breaker {
  readonly send: Send;
  /** Throws at once when a call would be refused. */
  check(): void;
  state(): BreakerState;
  close(): void;
}

interface BreakerOptions {
  readonly bounds: BreakerBounds;
  readonly onChange: (state: BreakerState) => void;
}

/** Only unhealthy failures count: an answer with errors, a 4xx and a client that has left say nothing against a subgraph. */
export const circuitBreaker = (next: Send, { bounds, onChange }: BreakerOptions): Breaker => {
  const breaker = new CircuitBreaker((call: SubgraphCall) => next(call), {
    enabled: bounds.enabled,
    // The deadline is the call's own; opossum's would leave the connection behind.
    timeout: false,
    errorThresholdPercentage: bounds.failurePercent,
    volumeThreshold: bounds.minimumCalls,
    rollingCountTimeout: bounds.windowMs,
    resetTimeout: bounds.probeAfterMs,
    errorFilter: (error: unknown) => !(error instanceof SubgraphFailure && error.isUnhealthy),
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  openAfterFailuresInARow(breaker, bounds.failuresInARow);
  breaker.on('open', () => onChange('open'));
  breaker.on('halfOpen', () => onChange('half-open'));
  breaker.on('close', () => onChange('closed'));

  const refuses = (): boolean => !breaker.closed && !breaker.pendingClose;
  const check = (): void => {
    if (refuses()) throw new SubgraphFailure('SUBGRAPH_CIRCUIT_OPEN');
  };
  return {
    check,
    send: async (call) => {
      check();
      // What opossum does not count as a failure closes the breaker. A probe whose client leaves would do that without
      // having learnt anything, so a probe goes on to its end.
      return breaker.fire(breaker.halfOpen ? { ...call, signal: call.deadline } : call);
    },
    state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half-open' : 'closed'),
    close: () => breaker.shutdown(),
  };
};

/**
 * opossum's share is of the calls that began, so with a frozen subgraph it lags: while the first time-outs come in, the
 * window is full of calls that still wait. A run of failures without one good answer needs no share.
 */
const openAfterFailuresInARow = (breaker: CircuitBreaker<[SubgraphCall]>, limit: number): void => {
  let inARow = 0;
  breaker.on('failure', (_error, _ms, [call]) => {
    // A call that many share is what many would have found out, each with a call of their own.
    inARow += call.waiters();
    if (inARow >= limit) breaker.open();
  });
  breaker.on('success', (result) => {
    if (!(result instanceof SubgraphFailure && result.fault === 'CLIENT_GONE')) inARow = 0;
  });
};
