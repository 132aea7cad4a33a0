/** Plans operations on a supergraph that is not live yet, so that the switch to it costs no client a plan. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import internals from '@apollo/federation-internals';
import planner from '@apollo/query-planner';
import { type GraphQLSchema, validate } from 'graphql';
import type { OperationInUse } from './operations-in-use.ts';
import type { PlanCache } from './plan-cache.ts';

export interface Replanned {
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
): Promise<Replanned> => {
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
