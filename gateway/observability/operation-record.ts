/** What is recorded of an operation while it runs, for metrics and logs at its end. */
import type { QueryPlan } from '@apollo/query-planner';

interface Fetch {
  readonly subgraph: string;
  readonly ms: number;
  readonly bytes?: number;
}

interface OperationRecord {
  plan: QueryPlan | undefined;
  plannedAt: number | undefined;
  readonly fetches: Fetch[];
}

const records = new WeakMap<object, OperationRecord>();

export const recordOf = (contextValue: object): OperationRecord => {
  const known = records.get(contextValue);
  if (known) return known;
  const fresh: OperationRecord = { plan: undefined, plannedAt: undefined, fetches: [] };
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
