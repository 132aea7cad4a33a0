/** @apollo/query-planner over one supergraph, with its bounds. */
import internals from '@apollo/federation-internals';
import planner, { type QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, parse } from 'graphql';

/** Rejects what is not planned, or not in time, with a coded error. */
export type PlanInTime = (
  document: DocumentNode,
  operationName: string | undefined,
  /** Nobody waits for it yet. */
  isAhead?: boolean,
) => Promise<QueryPlan>;

export const plannerOptions = {
  // 256 of the plans that the subgraphs allow are compared; the planner's own bound is 10,000. Operations of most graphs have one.
  // A deep query over seven subgraphs that can all answer takes a quarter of the time so, and needs as many fetches.
  debug: { maxEvaluatedPlans: 256 },
};

type Supergraph = InstanceType<(typeof internals)['Supergraph']>;

/** Plans as JSON. Throws what the planner refuses. */
const planning = (supergraph: Supergraph) => {
  const apiSchema = supergraph.apiSchema();
  const queryPlanner = new planner.QueryPlanner(supergraph, plannerOptions);
  return (document: DocumentNode, operationName: string | undefined): string => {
    const options = operationName ? { operationName } : {};
    const operation = internals.operationFromDocument(apiSchema, document, options);
    return JSON.stringify(queryPlanner.buildQueryPlan(operation));
  };
};

/** In a thread of its own. */
export const planningOfTexts = (sdl: string) => {
  // Whoever sent it has validated it.
  const plan = planning(internals.Supergraph.build(sdl, { validateSupergraph: false }));
  return (document: string, operationName: string | undefined): string =>
    plan(parse(document, { noLocation: true }), operationName);
};

/** In this thread: for tools and tests, which serve nobody meanwhile. */
export const planningHere = (supergraph: Supergraph): PlanInTime => {
  const plan = planning(supergraph);
  return async (document, operationName) => JSON.parse(plan(document, operationName));
};
