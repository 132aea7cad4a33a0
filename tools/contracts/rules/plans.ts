/** The query plans of published operations, as the gateway's own planner makes them. */
import federation from '@apollo/federation-internals';
import planner, { type FetchNode, type PlanNode, type QueryPlan, type SubscriptionNode } from '@apollo/query-planner';
import { type DocumentNode, Kind, OperationTypeNode, print } from 'graphql';
import type { PublishedOperation, World } from '../world.ts';

const planners = new Map<string, InstanceType<typeof planner.QueryPlanner>>();

const plannerOf = (supergraphSdl: string) => {
  const known = planners.get(supergraphSdl);
  if (known) return known;
  const fresh = new planner.QueryPlanner(federation.Supergraph.build(supergraphSdl));
  planners.set(supergraphSdl, fresh);
  return fresh;
};

/**
 * Planned on the committed supergraph, which is what the gateway serves. Throws for an operation that is not valid on
 * it, and for a subscription: the gateway makes queries of those.
 */
export const planOf = ({ supergraph }: World, { document, name, type }: PublishedOperation): QueryPlan => {
  if (type === OperationTypeNode.SUBSCRIPTION) throw new Error(`${name} is a subscription`);
  const queryPlanner = plannerOf(supergraph);
  const api = queryPlanner.supergraph.apiSchema();
  return queryPlanner.buildQueryPlan(federation.operationFromDocument(api, only(document, name), {}));
};

/** The operation with its fragments, without the document's other operations. */
const only = (document: DocumentNode, name: string): DocumentNode => ({
  ...document,
  definitions: document.definitions.filter(
    (node) => node.kind !== Kind.OPERATION_DEFINITION || node.name?.value === name,
  ),
});

/** Every fetch of a plan, with the number of fetches that have to be answered before it, itself included. */
export interface PlannedFetch {
  readonly service: string;
  readonly operation: string;
  readonly depth: number;
  /** Whether it resolves entities that an earlier fetch named. */
  readonly isEntityFetch: boolean;
}

export const fetchesOf = (plan: QueryPlan): PlannedFetch[] => {
  const fetches: PlannedFetch[] = [];
  /** Returns the depth that the node ends at. */
  const walk = (node: PlanNode | SubscriptionNode | undefined, depth: number): number => {
    if (!node) return depth;
    switch (node.kind) {
      case 'Fetch':
        fetches.push(planned(node, depth + 1));
        return depth + 1;
      case 'Flatten':
        return walk(node.node, depth);
      case 'Sequence':
        return node.nodes.reduce((reached, part) => walk(part, reached), depth);
      case 'Parallel':
        return Math.max(depth, ...node.nodes.map((part) => walk(part, depth)));
      case 'Condition':
        return Math.max(walk(node.ifClause, depth), walk(node.elseClause, depth));
      default:
        throw new Error(`no published operation has a ${node.kind} in its plan yet`);
    }
  };
  walk(plan.node, 0);
  return fetches;
};

const planned = (
  { serviceName, operation, operationDocumentNode, requires }: FetchNode,
  depth: number,
): PlannedFetch => ({
  service: serviceName,
  operation: operation || (operationDocumentNode ? print(operationDocumentNode) : ''),
  depth,
  isEntityFetch: (requires?.length ?? 0) > 0,
});
