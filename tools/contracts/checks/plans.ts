/** The plans of published operations, made by the gateway's own planner: valid on each subgraph, and within a committed budget. */
import federation from '@apollo/federation-internals';
import planner, { type FetchNode, type PlanNode, type QueryPlan, type SubscriptionNode } from '@apollo/query-planner';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, type GraphQLSchema, Kind, OperationTypeNode, parse, print, validate } from 'graphql';
import { type Check, type Finding, violation, warning } from '../check.ts';
import { nameOf, type PublishedOperation, type Workspace } from '../workspace.ts';

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
const planOf = ({ supergraph }: Workspace, { document, name, type }: PublishedOperation): QueryPlan => {
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

/** A fetch of a plan; `depth` is the number of fetches in sequence up to and including it. */
interface PlannedFetch {
  readonly service: string;
  readonly operation: string;
  readonly depth: number;
}

const fetchesOf = (plan: QueryPlan): PlannedFetch[] => {
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

const planned = ({ serviceName, operation, operationDocumentNode }: FetchNode, depth: number): PlannedFetch => ({
  service: serviceName,
  operation: operation || (operationDocumentNode ? print(operationDocumentNode) : ''),
  depth,
});

export const plannedFetches: Check = {
  name: 'planned-fetches',
  title: 'Every fetch that is planned for a published operation is valid on its own subgraph.',
  needs: 'files',
  run: (workspace) => {
    const schemas = subgraphSchemas(workspace);
    return workspace.operations
      .filter(({ type }) => type !== 'subscription')
      .flatMap((operation) =>
        fetchesOf(planOf(workspace, operation)).flatMap(({ service, operation: text }) => {
          const schema = schemas.get(service);
          const faults = schema
            ? validate(schema, parse(text)).map(({ message }) => message)
            : ['there is no such subgraph'];
          return faults.map((fault) =>
            violation(
              nameOf(operation),
              `needs from ${service} what it does not offer: ${fault}`,
              'Is the supergraph composed from the SDL that the subgraph serves? npm run compose.',
            ),
          );
        }),
      );
  },
};

/** Each subgraph on its own, as it would serve its SDL. */
const subgraphSchemas = ({ sources }: Workspace): Map<string, GraphQLSchema> =>
  new Map(sources.map(({ name, sdl }) => [name, buildSubgraphSchema([{ typeDefs: parse(sdl) }])]));

const baselineFile = 'plan-budgets.json';

interface PlanCost {
  /** Calls of subgraphs. */
  readonly fetches: number;
  /** Rounds: calls that have to wait for each other. */
  readonly depth: number;
  /** Subgraphs that have to be up for the whole answer. */
  readonly services: readonly string[];
}

export const planBudgets: Check = {
  name: 'plan-budgets',
  title: 'No published operation needs more fetches, rounds or services than agreed.',
  needs: 'files',
  run: (workspace) => {
    const agreed = workspace.baseline.json<Record<string, PlanCost>>(baselineFile);
    const actual = costs(workspace);
    const gone = Object.keys(agreed).filter((name) => !(name in actual));
    return [
      ...Object.entries(actual).flatMap(([name, cost]) => compared(name, cost, agreed[name])),
      ...gone.map((name) => warning(name, 'has a budget, and is no longer published.', acceptHint)),
    ];
  },
  accept: (workspace) => {
    const before = workspace.baseline.json<Record<string, PlanCost>>(baselineFile);
    const after = costs(workspace);
    workspace.baseline.writeJson(baselineFile, after);
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((name) => formatted(before[name]) !== formatted(after[name]))
      .map((name) => `${name}: ${formatted(before[name])} → ${formatted(after[name])}`);
  },
};

const acceptHint = 'If it is meant to be so: npm run contracts:accept -- plan-budgets';

const compared = (name: string, cost: PlanCost, budget: PlanCost | undefined): Finding[] => {
  if (!budget) return [violation(name, `has no budget; it needs ${formatted(cost)}.`, acceptHint)];
  const more = cost.services.filter((service) => !budget.services.includes(service));
  const grown = cost.fetches > budget.fetches || cost.depth > budget.depth || more.length > 0;
  const shrunk = formatted(cost) !== formatted(budget);
  if (grown)
    return [
      violation(
        name,
        `needs ${formatted(cost)}, and ${formatted(budget)} were agreed.`,
        `Look at its plan in the playground. ${acceptHint}`,
      ),
    ];
  return shrunk
    ? [warning(name, `needs only ${formatted(cost)} of ${formatted(budget)}: lower the budget.`, acceptHint)]
    : [];
};

const formatted = (cost: PlanCost | undefined): string =>
  cost ? `${cost.fetches} fetches in ${cost.depth} rounds (${cost.services.join(', ')})` : 'none';

const costs = (workspace: Workspace): Record<string, PlanCost> =>
  Object.fromEntries(
    workspace.operations
      .filter(({ type }) => type !== 'subscription')
      .map((operation) => {
        const fetches = fetchesOf(planOf(workspace, operation));
        const services = [...new Set(fetches.map(({ service }) => service))].toSorted();
        const depth = Math.max(0, ...fetches.map((fetch) => fetch.depth));
        return [nameOf(operation), { fetches: fetches.length, depth, services }];
      }),
  );
