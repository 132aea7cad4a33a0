/** The query plans of one supergraph: filled beforehand for the operations in use, and by whatever else clients ask. */
import { createHash } from 'node:crypto';
import type { QueryPlan, QueryPlanCache } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import { entryBytes, heapBytes, textBytes } from '#platform/process/heap-bytes.ts';
import { schemaBounds } from './variables.ts';

export interface PlanCache {
  /** For @apollo/gateway, which asks it at each request and gives it what it had to plan itself. */
  readonly store: QueryPlanCache;
  readonly prefill: (key: string, plan: QueryPlan) => void;
}

export const planCache = (onPlannedWhileWaiting: () => void, maxBytes = schemaBounds.plansBytes): PlanCache => {
  const plans = new LRUCache<string, QueryPlan>({
    maxSize: maxBytes,
    sizeCalculation: (plan, key) => heapBytes(plan) + textBytes(key) + entryBytes,
  });
  return {
    store: {
      get: async (key) => plans.get(key),
      set: async (key, plan) => {
        onPlannedWhileWaiting();
        plans.set(key, compact(plan));
      },
      delete: async (key) => plans.delete(key),
      // @apollo/gateway empties its cache when it loads a supergraph. This one is of that supergraph and no other.
      clear: () => undefined,
    },
    prefill: (key, plan) => void plans.set(key, compact(plan)),
  };
};

/** A plan is data. As the planner leaves it, its texts are made of thousands of parts: four times the memory. */
const compact = (plan: QueryPlan): QueryPlan => JSON.parse(JSON.stringify(plan)) as QueryPlan;

/** The key under which @apollo/gateway looks for the plan of a request. */
export const planKey = (documentHash: string, operationName: string | undefined): string =>
  operationName ? createHash('sha256').update(documentHash).update(operationName).digest('hex') : documentHash;
