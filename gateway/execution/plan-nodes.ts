/** The nodes of a plan. */
import type { PlanNode, QueryPlan } from '@apollo/query-planner';

export const childrenOf = (node: PlanNode | undefined): readonly PlanNode[] => {
  switch (node?.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes;
    case 'Flatten':
      return [node.node];
    case 'Condition':
      return [node.ifClause, node.elseClause].filter((clause) => clause !== undefined);
    default:
      return [];
  }
};

/** It and all below it. */
export function* nodesOf(node: PlanNode | QueryPlan['node']): Generator<PlanNode> {
  if (!node || node.kind === 'Subscription') return;
  yield node;
  for (const child of childrenOf(node)) yield* nodesOf(child);
}
