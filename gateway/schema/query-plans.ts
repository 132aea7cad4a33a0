/**
 * The query plans of one supergraph, and the operations in use, which are planned for the next supergraph before it
 * goes live.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { QueryPlan, QueryPlanCache } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { entryBytes, heapBytes, textBytes } from '#platform/process/heap-bytes.ts';
import { scanResistantCache } from '#platform/process/scan-resistant-cache.ts';
import type { PlanInTime } from '../planning/query-planner.ts';
import { schemaBounds } from './variables.ts';

interface PlanCache {
  /** @apollo/gateway reads it on each request and adds the plans it had to make. */
  readonly store: QueryPlanCache;
  readonly prefill: (key: string, plan: QueryPlan) => void;
}

export const planCache = (onPlannedWhileWaiting: () => void, maxBytes = schemaBounds.plansBytes): PlanCache => {
  const plans = scanResistantCache<QueryPlan>({
    maxBytes,
    bytesOf: (plan, key) => heapBytes(plan) + textBytes(key) + entryBytes,
  });
  return {
    store: {
      get: async (key) => plans.get(key),
      set: async (key, plan) => {
        onPlannedWhileWaiting();
        plans.set(key, plan);
      },
      delete: async (key) => plans.delete(key),
      clear: () => undefined,
    },
    prefill: (key, plan) => void plans.set(key, plan),
  };
};

/** Plans are plain data, but the planner's strings are ropes of thousands of parts: four times the memory. */
export const compactPlan = (plan: QueryPlan): QueryPlan => JSON.parse(JSON.stringify(plan)) as QueryPlan;

/** @apollo/gateway's cache key for a request. */
export const planKey = (documentHash: string, operationName: string | undefined): string =>
  operationName ? createHash('sha256').update(documentHash).update(operationName).digest('hex') : documentHash;

export interface OperationInUse {
  readonly key: string;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly name: string;
}

export interface OperationsInUse {
  readonly record: (operation: OperationInUse) => void;
  readonly mostUsed: (atMost: number) => readonly OperationInUse[];
  /** Halves the counts, so that operations popular last month make room for current ones. */
  readonly decay: () => void;
}

export const operationsInUse = (maxBytes: number): OperationsInUse => {
  const uses = new LRUCache<string, { readonly operation: OperationInUse; count: number }>({
    maxSize: maxBytes,
    sizeCalculation: (use, key) => heapBytes(use) + textBytes(key) + entryBytes,
  });
  return {
    record: (operation) => {
      const known = uses.get(operation.key);
      if (known) known.count++;
      else uses.set(operation.key, { operation, count: 1 });
    },
    mostUsed: (atMost) =>
      [...uses.values()]
        .sort((a, b) => b.count - a.count)
        .slice(0, atMost)
        .map(({ operation }) => operation),
    decay: () => {
      for (const use of uses.values()) use.count /= 2;
    },
  };
};

export interface Replan {
  readonly planned: number;
  /** Operations in use that are invalid on this supergraph: their clients will be refused. */
  readonly noLongerValid: readonly string[];
}

/** Fills `plans` before clients ask. Yields to the event loop between steps: clients are being served meanwhile. */
export const replan = async (
  schema: GraphQLSchema,
  operations: readonly OperationInUse[],
  plan: PlanInTime,
  plans: PlanCache,
): Promise<Replan> => {
  const noLongerValid = new Set<string>();
  let planned = 0;
  for (const { key, document, operationName, name } of operations) {
    await nextTurn();
    if (validate(schema, document).length > 0) noLongerValid.add(name);
    else {
      planned++;
      plans.prefill(key, await plan(document, operationName, true));
    }
  }
  return { planned, noLongerValid: [...noLongerValid] };
};
