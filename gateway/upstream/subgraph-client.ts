/**
 * The client of one subgraph, layer by layer. From the outside in: deduplication → fail fast while the breaker is open
 * → bulkhead → one deadline for everything → circuit breaker → retries → choice of an endpoint → one HTTP exchange.
 * Each layer knows only the next.
 */
import type { Logger } from '#platform/observability/log.ts';
import { bulkhead, type Caller } from './bulkhead.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { deduplication, keyOf } from './deduplication.ts';
import type { Outcome, SubgraphMetrics, SubgraphState, UpstreamMetrics } from './metrics.ts';
import { type Lookup, replicas } from './replicas.ts';
import { retryBudget, withRetries } from './retries.ts';
import {
  bodyOf,
  clientGoneAfter,
  isMutation,
  type Signals,
  type SubgraphAnswer,
  type SubgraphCall,
  SubgraphFailure,
  type SubgraphRequest,
  subgraphError,
  timedOut,
  withCallDeadline,
} from './subgraph-call.ts';
import { upstreamBounds as bounds, type SubgraphSettings } from './variables.ts';

export type { SubgraphAnswer, SubgraphRequest } from './subgraph-call.ts';

export interface SubgraphClient {
  /**
   * Never throws for a fault of subgraph or network. A mutation is sent once, however it fails; a query may be retried,
   * is shared with identical concurrent ones, and is aborted when its caller has left.
   */
  call(
    request: SubgraphRequest,
    headers: Readonly<Record<string, string>>,
    caller?: Caller,
    /** Cache generations; calls with different ones are not shared. */
    generations?: string,
  ): Promise<SubgraphAnswer>;
  state(): SubgraphState;
  close(): Promise<void>;
}

interface SubgraphClientOptions extends SubgraphSettings {
  readonly name: string;
  readonly metrics: UpstreamMetrics;
  readonly log: Logger;
  /** DNS lookup; the system's by default. */
  readonly lookup?: Lookup;
}

export const subgraphClient = (options: SubgraphClientOptions): SubgraphClient => {
  const { name, log } = options;
  const metrics = options.metrics.of(name);
  const layers = pipeline(options, metrics);
  const sharedCalls = deduplication({ onShared: metrics.shared });

  /** One call, measured and logged once, however many share it. */
  const ask = async (call: Unsent, caller: Caller) => {
    const begun = performance.now();
    const ended = (outcome: Outcome) => metrics.ended(outcome, (performance.now() - begun) / 1_000);
    try {
      const answer = await layers.send(call, caller);
      ended('ANSWERED');
      return answer;
    } catch (error) {
      if (error instanceof SubgraphFailure) {
        ended(error.fault);
        logFailure(log, name, error);
      }
      throw error;
    }
  };

  const answered = async (...[request, headers, caller = {}, generations]: Parameters<SubgraphClient['call']>) => {
    const call = { body: bodyOf(request), headers, isMutation: isMutation(request), waiters: () => 1 };
    // A mutation goes on when its client has left.
    if (call.isMutation) return ask(call, { key: caller.key }).finally(sharedCalls.forget);
    if (!options.deduplication) return ask(call, caller);
    return sharedCalls.share(keyOf(call.body, headers, generations), caller.gone, (allGone, waiters) =>
      ask({ ...call, waiters }, { key: caller.key, gone: allGone }),
    );
  };

  const state = (): SubgraphState => ({ name, ...layers.state() });
  const unwatch = options.metrics.watch(state);
  return {
    call: async (...request) => {
      try {
        return await answered(...request);
      } catch (error) {
        if (!(error instanceof SubgraphFailure)) throw error;
        return error.answer ?? { errors: [subgraphError(name, error.fault)] };
      }
    },
    state,
    close: async () => {
      await layers.close();
      unwatch();
    },
  };
};

/** A call without a deadline, which starts when it gets a slot. */
type Unsent = Omit<SubgraphCall, keyof Signals>;

/** Everything below the deduplication. */
const pipeline = (options: SubgraphClientOptions, metrics: SubgraphMetrics) => {
  const { name, timeoutMs, log } = options;
  const endpoints = replicas({
    ...options,
    connections: options.concurrency,
    lookupEveryMs: options.followDns ? bounds.lookupEveryMs : undefined,
    endpoints: {
      ejection: bounds.ejection,
      onSent: metrics.sent,
      onEjected: ({ place }, forMs) => {
        metrics.ejected();
        log.warn({ subgraph: name, url: place, forMs }, 'endpoint ejected');
      },
    },
    onReplaced: (urls) => log.info({ subgraph: name, urls }, 'endpoints changed'),
  });
  const places = bulkhead(options);
  const retrying = withRetries(endpoints, {
    retries: options.retries,
    pauseMs: bounds.retryPauseMs,
    budget: retryBudget({ ratio: options.retryRatio, reserve: bounds.retryReserve }),
    firstAttemptMs: () => (endpoints.state().endpoints > 1 ? timeoutMs / 2 : undefined),
    onRetry: metrics.retried,
  });
  const breaker = circuitBreaker(retrying, {
    bounds: {
      enabled: options.breaker,
      failuresInARow: options.breakerFailures,
      failurePercent: options.breakerPercent,
      probeAfterMs: options.breakerProbeMs,
      minimumCalls: bounds.breakerMinimumCalls,
      windowMs: bounds.breakerWindowMs,
    },
    onChange: (state) => {
      log[state === 'open' ? 'warn' : 'info']({ subgraph: name, breaker: state }, 'circuit breaker changed');
    },
  });
  return {
    send: async (call: Unsent, caller: Caller): Promise<SubgraphAnswer> => {
      // Before queueing: all slots may be taken by calls, and a probe, that wait for a frozen subgraph.
      breaker.check();
      // The deadline starts with the slot: time in the queue does not count.
      const ends = { late: timedOut, outer: caller.gone, left: clientGoneAfter(options.breakerSlowMs) };
      return places.run(caller, () =>
        withCallDeadline(timeoutMs, ends, (signals) => breaker.send({ ...call, ...signals })),
      );
    },
    state: () => ({ breaker: breaker.state(), ...places.state(), ...endpoints.state() }),
    close: async () => {
      await endpoints.close();
      breaker.close();
    },
  };
};

// Calls that were never sent are in the metrics; one line for each call refused by an open breaker would flood the log.
const unlogged = new Set<Outcome>(['SUBGRAPH_CIRCUIT_OPEN', 'SUBGRAPH_OVERLOADED', 'TOO_MANY_REQUESTS', 'CLIENT_GONE']);

const logFailure = (log: Logger, subgraph: string, { fault, why }: SubgraphFailure): void => {
  if (!unlogged.has(fault)) log.warn({ subgraph, code: fault, ...why }, 'subgraph request failed');
};
