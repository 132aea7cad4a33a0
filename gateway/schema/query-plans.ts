/** The query plans of one supergraph: filled beforehand for the operations in use, and by whatever else clients ask. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import internals from '@apollo/federation-internals';
import planner, { type QueryPlan, type QueryPlanCache } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { entryBytes, heapBytes, textBytes } from '#platform/process/heap-bytes.ts';
import { schemaBounds } from './variables.ts';

interface PlanCache {
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

export interface OperationInUse {
  /** Of its plan. */
  readonly key: string;
  readonly document: DocumentNode;
  /** As the request said it, where it had to. */
  readonly operationName: string | undefined;
  /** For the log. */
  readonly name: string;
}

interface OperationsInUse {
  readonly record: (operation: OperationInUse) => void;
  /** The most used first. */
  readonly mostUsed: (atMost: number) => readonly OperationInUse[];
  /** Halves what was counted, so that what was popular last month makes room for what is now. */
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
  /** Operations in use that this supergraph does not allow: their clients are about to be refused. */
  readonly noLongerValid: readonly string[];
}

/**
 * Fills `plans`. The planner is one more beside that of @apollo/gateway, which gives no access to its own; it lives as
 * long as this takes. Between two pieces of the work the event loop gets its turn: clients are being served meanwhile.
 */
export const replan = async (
  supergraph: string,
  schema: GraphQLSchema,
  operations: readonly OperationInUse[],
  plans: PlanCache,
): Promise<Replan> => {
  if (operations.length === 0) return { planned: 0, noLongerValid: [] };
  const { Supergraph, operationFromDocument } = internals;
  await nextTurn();
  // @apollo/gateway has just validated it.
  const built = Supergraph.build(supergraph, { validateSupergraph: false });
  await nextTurn();
  const queryPlanner = new planner.QueryPlanner(built);
  const noLongerValid = new Set<string>();
  let planned = 0;
  for (const { key, document, operationName, name } of operations) {
    await nextTurn();
    if (validate(schema, document).length > 0) noLongerValid.add(name);
    else {
      planned++;
      const operation = operationFromDocument(built.apiSchema(), document, operationName ? { operationName } : {});
      plans.prefill(key, queryPlanner.buildQueryPlan(operation));
    }
  }
  return { planned, noLongerValid: [...noLongerValid] };
};
