/** Metrics of subgraph calls. Labels are subgraph names and codes: few and known. */
import { Counter, Gauge, Histogram, type Registry } from '#platform/observability/metrics.ts';
import type { BreakerState } from './circuit-breaker.ts';
import type { SubgraphFault } from './subgraph-call.ts';

export interface SubgraphState {
  readonly name: string;
  readonly breaker: BreakerState;
  readonly pending: number;
  readonly waiting: number;
  readonly endpoints: number;
  readonly ejected: number;
}

export type Outcome = SubgraphFault | 'ANSWERED';

export interface SubgraphMetrics {
  ended(outcome: Outcome, seconds: number): void;
  sent(): void;
  shared(): void;
  retried(): void;
  ejected(): void;
}

export interface UpstreamMetrics {
  of(subgraph: string): SubgraphMetrics;
  /** Gauges read `state` until the returned function is called. */
  watch(state: () => SubgraphState): () => void;
}

// From a cache hit in the subgraph to the time-out.
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const breakerNumber: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

export const upstreamMetrics = (registry: Registry): UpstreamMetrics => {
  const named = (thing: string, help: string, ...labels: string[]) => ({
    name: `agora_gateway_subgraph_${thing}`,
    help,
    labelNames: ['subgraph', ...labels],
    registers: [registry],
  });
  const requests = new Counter(named('requests_total', 'Subgraph calls by outcome.', 'outcome'));
  const duration = new Histogram({
    ...named('request_duration_seconds', 'Duration of a call including retries.'),
    buckets,
  });
  const sent = new Counter(named('http_requests_total', 'HTTP requests sent to a subgraph.'));
  const shared = new Counter(named('deduplicated_total', 'Calls that joined an identical one in flight.'));
  const retries = new Counter(named('retries_total', 'Retries.'));
  const ejections = new Counter(named('ejections_total', 'Ejections of endpoints.'));
  return {
    // Bound to their labels once: these are counted for every fetch.
    of: (subgraph) => {
      const answered = requests.labels({ subgraph, outcome: 'ANSWERED' satisfies Outcome });
      const took = duration.labels({ subgraph });
      const sentHere = sent.labels({ subgraph });
      return {
        ended: (outcome, seconds) => {
          if (outcome === 'ANSWERED') answered.inc();
          else requests.inc({ subgraph, outcome });
          took.observe(seconds);
        },
        sent: () => sentHere.inc(),
        shared: () => shared.inc({ subgraph }),
        retried: () => retries.inc({ subgraph }),
        ejected: () => ejections.inc({ subgraph }),
      };
    },
    watch: stateGauges(named),
  };
};

const stateGauges = (
  named: (thing: string, help: string) => { name: string; help: string; labelNames: string[]; registers: Registry[] },
): UpstreamMetrics['watch'] => {
  const watched = new Set<() => SubgraphState>();
  const gauge = (thing: string, help: string, merged: (states: readonly SubgraphState[]) => number) =>
    new Gauge({
      ...named(thing, help),
      collect() {
        this.reset();
        const byName = Map.groupBy(
          [...watched].map((read) => read()),
          ({ name }) => name,
        );
        for (const [subgraph, states] of byName) this.set({ subgraph }, merged(states));
      },
    });
  // During a reload a subgraph may have two clients.
  const sum = (value: (state: SubgraphState) => number) => (states: readonly SubgraphState[]) =>
    states.reduce((total, state) => total + value(state), 0);
  gauge('breaker_state', '0 closed, 1 half-open, 2 open.', (states) =>
    Math.max(...states.map(({ breaker }) => breakerNumber[breaker])),
  );
  gauge(
    'pending',
    'Calls in flight.',
    sum(({ pending }) => pending),
  );
  gauge(
    'waiting',
    'Queued calls.',
    sum(({ waiting }) => waiting),
  );
  gauge(
    'endpoints',
    'Endpoints of the subgraph.',
    sum(({ endpoints }) => endpoints),
  );
  gauge(
    'endpoints_ejected',
    'Ejected endpoints.',
    sum(({ ejected }) => ejected),
  );
  return (state) => {
    watched.add(state);
    return () => void watched.delete(state);
  };
};
