/** The query plans of one supergraph: filled beforehand for the operations in use, and by whatever else clients ask. */
import { createHash } from 'node:crypto';
import type { QueryPlan, QueryPlanCache } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import { schemaBounds } from './variables.ts';

export interface PlanCache {
  /** For @apollo/gateway, which asks it at each request and gives it what it had to plan itself. */
  readonly store: QueryPlanCache;
  readonly prefill: (key: string, plan: QueryPlan) => void;
}

export const planCache = (onPlannedWhileWaiting: () => void): PlanCache => {
  const plans = new LRUCache<string, QueryPlan>({ max: schemaBounds.plansKept });
  return {
    store: {
      get: async (key) => plans.get(key),
      set: async (key, plan) => {
        onPlannedWhileWaiting();
        plans.set(key, plan);
      },
      delete: async (key) => plans.delete(key),
      // @apollo/gateway empties its cache when it loads a supergraph. This one is of that supergraph and no other.
      clear: () => undefined,
    },
    prefill: (key, plan) => void plans.set(key, plan),
  };
};

/** The key under which @apollo/gateway looks for the plan of a request. */
export const planKey = (documentHash: string, operationName: string | undefined): string =>
  operationName ? createHash('sha256').update(documentHash).update(operationName).digest('hex') : documentHash;
