/** Stops calling a subgraph that keeps failing: callers fail fast and it gets time to recover. */
import CircuitBreaker from 'opossum';
import { type Send, type SubgraphCall, SubgraphFailure } from './subgraph-call.ts';

export interface BreakerBounds {
  /** When off, everything goes through. */
  readonly enabled: boolean;
  /** Opens after so many consecutive unhealthy calls … */
  readonly failuresInARow: number;
  /** … or at this error rate within the window, once there were `minimumCalls`. */
  readonly failurePercent: number;
  readonly minimumCalls: number;
  readonly windowMs: number;
  /** Then one probe call decides. */
  readonly probeAfterMs: number;
}

export type BreakerState = 'closed' | 'half-open' | 'open';

export interface Breaker {
  readonly send: Send;
  check(): void;
  state(): BreakerState;
  close(): void;
}

interface BreakerOptions {
  readonly bounds: BreakerBounds;
  readonly onChange: (state: BreakerState) => void;
}

/**
 * Only unhealthy failures count: answers with errors, 4xx and disconnected clients are no evidence against a subgraph.
 */
export const circuitBreaker = (next: Send, { bounds, onChange }: BreakerOptions): Breaker => {
  const breaker = new CircuitBreaker((call: SubgraphCall) => next(call), {
    enabled: bounds.enabled,
    // Calls have their own deadline; opossum's would leave the connection open.
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
      // Anything that opossum does not count as a failure closes the breaker. A probe whose client disconnects would do
      // so without evidence, so probes run to their end.
      return breaker.fire(breaker.halfOpen ? { ...call, signal: call.deadline() } : call);
    },
    state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half-open' : 'closed'),
    close: () => breaker.shutdown(),
  };
};

/**
 * opossum's rate counts calls that began, so it lags on a frozen subgraph: when the first time-outs arrive, the window
 * is full of calls that still wait. Consecutive failures need no rate.
 */
const openAfterFailuresInARow = (breaker: CircuitBreaker<[SubgraphCall]>, limit: number): void => {
  let inARow = 0;
  breaker.on('failure', (_error, _ms, [call]) => {
    // A shared call counts for everyone who would have made it.
    inARow += call.waiters();
    if (inARow >= limit) breaker.open();
  });
  breaker.on('success', (result) => {
    if (!(result instanceof SubgraphFailure && result.fault === 'CLIENT_GONE')) inARow = 0;
  });
};
