/** What is noted of an operation while it runs, for whoever tells of it at its end. */
import type { QueryPlan } from '@apollo/query-planner';

interface Fetch {
  readonly subgraph: string;
  readonly ms: number;
  /** Absent when no answer came, or none was asked for. */
  readonly bytes?: number;
}

interface OperationRecord {
  plan: QueryPlan | undefined;
  /** By `performance.now()`. */
  plannedAt: number | undefined;
  /** In the order in which they ended. */
  readonly fetches: Fetch[];
}

const records = new WeakMap<object, OperationRecord>();

/** Of the operation that has this context value. */
export const recordOf = (contextValue: object): OperationRecord => {
  const known = records.get(contextValue);
  if (known) return known;
  const fresh: OperationRecord = { plan: undefined, plannedAt: undefined, fetches: [] };
  records.set(contextValue, fresh);
  return fresh;
};

/** For the executor: there is a plan now, made or remembered. */
export const recordPlan = (contextValue: object, plan: QueryPlan): void => {
  const record = recordOf(contextValue);
  record.plan = plan;
  record.plannedAt = performance.now();
};

/** For the executor: asks a subgraph, and notes how long that took. */
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
