/**
 * What fetches of entities ask, in a form that stands beside other questions in one document: everything that a document
 * names but its variables and fields is numbered.
 */
import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { Kind, type OperationDefinitionNode, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import { childrenOf } from './plan-nodes.ts';

export interface Question {
  /** Of those of its plan. */
  readonly id: number;
  /** The response key of its entities. */
  readonly alias: string;
  readonly representations: string;
  readonly operationName: string | undefined;
  /** Definitions by variable, except that of the representations. */
  readonly variables: ReadonlyMap<string, string>;
  readonly field: string;
  readonly fragments: string;
}

/** `undefined` for what cannot stand beside others. */
export const questionOf = ({ operation: text, operationName }: FetchNode, id: number): Question | undefined => {
  const { definitions } = parse(text, { noLocation: true });
  const operation = definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const [root, ...others] = operation?.selectionSet.selections ?? [];
  if (!operation || root?.kind !== Kind.FIELD || root.name.value !== '_entities' || root.alias || others.length > 0)
    return undefined;
  const variables = (operation.variableDefinitions ?? []).map(
    (definition) => [definition.variable.name.value, compact(print(definition))] as const,
  );
  const isNamedLikeOurs = variables.some(([name]) => /^representations_\d+$/.test(name));
  if (isNamedLikeOurs || operation.directives?.length || root.directives?.length) return undefined;
  const numbered = <Node extends { readonly name: { readonly value: string } }>(node: Node): Node => ({
    ...node,
    name: { kind: Kind.NAME, value: `${node.name.value}_${id}` },
  });
  const renamed = (node: Parameters<typeof visit>[0]): string =>
    compact(
      print(
        visit(node, {
          FragmentSpread: numbered,
          FragmentDefinition: numbered,
          Variable: (variable) => (variable.name.value === 'representations' ? numbered(variable) : undefined),
        }),
      ),
    );
  return {
    id,
    alias: `_entities_${id}`,
    representations: `representations_${id}`,
    operationName,
    variables: new Map(variables.filter(([name]) => name !== 'representations')),
    field: `_entities_${id}:${renamed(root)}`,
    fragments: definitions
      .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
      .map(renamed)
      .join(' '),
  };
};

const compact = stripIgnoredCharacters;

/**
 * Fetches of entities that a subgraph may get at the same time as others of the same operation: all that differ is how
 * far their branches of the plan have come.
 */
export const concurrentFetches = (root: PlanNode): ReadonlySet<FetchNode> => {
  const concurrent = new Set<FetchNode>();
  /** All below a node, by subgraph. */
  const visitNode = (node: PlanNode): Map<string, FetchNode[]> => {
    if (node.kind === 'Fetch') return new Map(node.requires ? [[node.serviceName, [node]]] : []);
    const branches = childrenOf(node).map(visitNode);
    const all = new Map<string, FetchNode[]>();
    for (const branch of branches)
      for (const [subgraph, fetches] of branch) {
        const known = all.get(subgraph);
        if (known && node.kind === 'Parallel') for (const fetch of [...known, ...fetches]) concurrent.add(fetch);
        all.set(subgraph, [...(known ?? []), ...fetches]);
      }
    return all;
  };
  visitNode(root);
  return concurrent;
};
