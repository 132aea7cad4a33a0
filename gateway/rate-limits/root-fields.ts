/** What an operation does first: the fields of its root, wherever in its fragments they stand. */
import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { fragmentsOf } from '#platform/graphql/fragments.ts';

export interface RootField {
  readonly name: string;
  /** As the client wrote them, with its variables put in, or their defaults; nothing has checked them yet. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** One per response key: `a: signIn(…) b: signIn(…)` are two. `@skip` and `@include` are not looked at. */
export const rootFieldsOf = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  sent: Readonly<Record<string, unknown>>,
): RootField[] => {
  const variables = { ...defaultsOf(operation), ...sent };
  const fragments = fragmentsOf(document);
  const found = new Map<string, RootField>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        // Once is enough: a second time brings the same response keys.
        fragments.delete(selection.name.value);
        if (fragment) visit(fragment.selectionSet);
      } else {
        const args = (selection.arguments ?? []).map(({ name, value }) => [
          name.value,
          valueFromASTUntyped(value, variables),
        ]);
        found.set((selection.alias ?? selection.name).value, {
          name: selection.name.value,
          args: Object.fromEntries(args),
        });
      }
    }
  };
  visit(operation.selectionSet);
  return [...found.values()];
};

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
