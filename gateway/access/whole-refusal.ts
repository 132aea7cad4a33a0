/** Whether a viewer may have nothing at all of an operation, and what the answer is then. Pure. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Viewer } from '#contracts/viewer.ts';
import { isAllowed, refusal } from '#platform/graphql/access.ts';
import type { RootDecisions } from './root-decisions.ts';

export interface Question {
  readonly schema: GraphQLSchema;
  /** Valid. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly decisions: RootDecisions;
}

export interface Refusal {
  readonly data: Record<string, null> | null;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Undefined as soon as a subgraph would have something to say. */
export const wholeRefusal = (
  { schema, document, operation, decisions }: Question,
  viewer: Viewer,
): Refusal | undefined => {
  const root = schema.getRootType(operation.operation);
  const fields = root && rootFields(document, operation);
  if (!fields) return undefined;
  const errors: GraphQLFormattedError[] = [];
  for (const [key, { name }] of fields) {
    const coordinate = `${root.name}.${name.value}`;
    const decision = decisions.get(coordinate);
    if (!decision || isAllowed[decision.access](viewer)) return undefined;
    // Which of several errors comes first when one of them empties the whole answer is a matter of the executor.
    const emptiesAll = isNonNullType(root.getFields()[name.value]?.type);
    if (emptiesAll && fields.size > 1) return undefined;
    const { message, extensions } = refusal(viewer, coordinate);
    const error = { message, path: [key], extensions: { code: extensions.code, service: decision.service } };
    if (emptiesAll) return { data: null, errors: [error] };
    errors.push(error);
  }
  return { data: Object.fromEntries([...fields.keys()].map((key) => [key, null])), errors };
};

/** By response name, with fragments written out. Undefined where `@skip`, `@include` or another directive has a say. */
const rootFields = (document: DocumentNode, operation: OperationDefinitionNode): Map<string, FieldNode> | undefined => {
  const found = new Map<string, FieldNode>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): boolean =>
    selections.every((node) => {
      if (node.directives?.length) return false;
      if (node.kind === Kind.INLINE_FRAGMENT) return collect(node.selectionSet);
      if (node.kind === Kind.FIELD) {
        found.set(node.alias?.value ?? node.name.value, node);
        return true;
      }
      if (spread.has(node.name.value)) return true;
      spread.add(node.name.value);
      const fragment = document.definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === node.name.value,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION && !fragment.directives?.length
        ? collect(fragment.selectionSet)
        : false;
    });
  return collect(operation.selectionSet) ? found : undefined;
};
