/** Records what an operation does, then counts and times it and its phases, by name and outcome. */

import type { QueryPlan } from '@apollo/query-planner';
import { Counter, Gauge, Histogram, type Registry } from '#platform/observability/metrics.ts';
import type { AnsweredOperation, Step } from '../graphql/steps.ts';

interface Fetch {
  readonly subgraph: string;
  readonly ms: number;
  readonly bytes?: number;
}

/** What is recorded of an operation while it runs, for metrics and logs at its end. */
interface OperationRecord {
  readonly begunAt: number;
  isUnderWay: boolean;
  runAt: number | undefined;
  plan: QueryPlan | undefined;
  plannedAt: number | undefined;
  readonly fetches: Fetch[];
}

const records = new WeakMap<object, OperationRecord>();

export const recordOf = (contextValue: object): OperationRecord => {
  const known = records.get(contextValue);
  if (known) return known;
  const fresh: OperationRecord = {
    begunAt: performance.now(),
    isUnderWay: false,
    runAt: undefined,
    plan: undefined,
    plannedAt: undefined,
    fetches: [],
  };
  records.set(contextValue, fresh);
  return fresh;
};

/** For the executor: the plan exists now, new or cached. */
export const recordPlan = (contextValue: object, plan: QueryPlan): void => {
  const record = recordOf(contextValue);
  record.plan = plan;
  record.plannedAt = performance.now();
};

/** For the executor: runs a fetch and records how long it took. */
export const recordFetch = async <T extends { readonly bytes?: number }>(
  contextValue: object,
  subgraph: string,
  ask: () => Promise<T>,
): Promise<T> => {
  const startedAt = performance.now();
  const answer = await ask();
  const { bytes } = answer;
  const ms = Math.round(performance.now() - startedAt);
  recordOf(contextValue).fetches.push({ subgraph, ms, ...(bytes !== undefined && { bytes }) });
  return answer;
};

/**
 * `refused`: never executed (invalid, over a limit, not allowed). `failed`: executed without data. `partial`: data and
 * errors. A failure that a mutation returns as data is a success here.
 */
type Outcome = 'success' | 'partial' | 'failed' | 'refused';

export const operationMetrics = (
  { operations, duration, inFlight, phases }: Instruments,
  nameOf: (operationName: string | null | undefined) => string,
): Step => ({
  begin: ({ contextValue }) => {
    recordOf(contextValue).isUnderWay = true;
    inFlight.inc();
  },
  run: ({ contextValue }) => {
    recordOf(contextValue).runAt = performance.now();
  },
  after: (answered) => {
    const { operation, contextValue } = answered;
    const record = recordOf(contextValue);
    const { begunAt, runAt, plannedAt } = record;
    const now = performance.now();
    if (record.isUnderWay) inFlight.dec();
    record.isUnderWay = false;
    // Not the request's operation name, which is arbitrary text before validation.
    const name = operation ? nameOf(operation.name?.value) : 'unknown';
    const type = operation?.operation ?? 'unknown';
    operations.inc({ operation: name, type, outcome: outcomeOf(answered, runAt !== undefined) });
    duration.observe({ operation: name, type }, seconds(now - begunAt));
    if (runAt === undefined || plannedAt === undefined) return;
    phases.observe({ phase: 'plan' }, seconds(plannedAt - runAt));
    phases.observe({ phase: 'execute' }, seconds(now - plannedAt));
  },
  // A step may have thrown before `after`, or after it.
  failed: ({ contextValue }) => {
    const record = recordOf(contextValue);
    if (record.isUnderWay) inFlight.dec();
    record.isUnderWay = false;
  },
});

// A response without errors may come from a cache, without execution.
const outcomeOf = ({ response }: AnsweredOperation, wasRun: boolean): Outcome => {
  const { data, errors = [] } = response.body.singleResult;
  if (errors.length === 0) return 'success';
  if (!wasRun) return 'refused';
  return data && Object.values(data).some((field) => field !== null) ? 'partial' : 'failed';
};

const seconds = (ms: number): number => ms / 1_000;

type Instruments = ReturnType<typeof operationInstruments>;

export const operationInstruments = (metrics: Registry) => {
  const registers = [metrics];
  return {
    operations: new Counter({
      name: 'agora_gateway_operations_total',
      help: 'Operations by outcome (success, partial, failed, refused)',
      labelNames: ['operation', 'type', 'outcome'],
      registers,
    }),
    duration: new Histogram({
      name: 'agora_gateway_operation_duration_seconds',
      help: 'From the parsed request to the response',
      labelNames: ['operation', 'type'],
      // 10 ms is a page from few subgraphs, 5 s the longest wait of placeOrder. Few buckets, because each exists per
      // operation.
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    inFlight: new Gauge({
      name: 'agora_gateway_operations_in_flight',
      help: 'Operations in flight',
      registers,
    }),
    phases: new Histogram({
      name: 'agora_gateway_operation_phase_duration_seconds',
      help: 'Phases of operations: parse and validate (documents not cached), plan (new or cached), execute',
      labelNames: ['phase'],
      // A cached plan takes 0.05 ms, a new one 1 to 20 ms.
      buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
  };
};

const name = /^[_A-Za-z]\w{0,63}$/;

/** Bounds the label's values: all `known` names, and the first `places` others. */
export const operationNames = (
  known: Iterable<string>,
  places: number,
): ((operationName: string | null | undefined) => string) => {
  const kept = new Set(known);
  const full = kept.size + places;
  return (operationName) => {
    if (!operationName) return 'anonymous';
    if (kept.has(operationName)) return operationName;
    if (kept.size >= full || !name.test(operationName)) return 'other';
    kept.add(operationName);
    return operationName;
  };
};

const named = /\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/g;

export const namesIn = (documents: Iterable<string>): string[] =>
  [...documents].flatMap((text) => [...text.matchAll(named)].map(([, operation = '']) => operation));
