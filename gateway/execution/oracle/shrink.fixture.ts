/**
 * Makes a case smaller as long as it still shows its difference. Faults depend on the place and not on the text, so what
 * is left of an operation keeps failing as it did. (fast-check shrinks a value's choices, which for a text that has to
 * be valid as a whole takes away too little.)
 */
import {
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql';
import type { Case } from './comparison.fixture.ts';

// Each attempt runs both executors: a second or two in all.
const attempts = 800;

export const shrunk = async (
  schema: GraphQLSchema,
  one: Case,
  stillDiffers: (smaller: Case) => Promise<boolean>,
): Promise<Case> => {
  let best = one;
  let left = attempts;
  for (let at = 0; left > 0; ) {
    const smaller = smallerThan(best, at);
    if (smaller === 'none left') return best;
    at++;
    if (!smaller || validate(schema, parse(smaller.query)).length > 0) continue;
    left--;
    if (await stillDiffers(smaller)) {
      best = smaller;
      // What is now at this place may go too; what came before it was needed, mostly.
      at = Math.max(0, at - 1);
    }
  }
  return best;
};

/** Without the part at that place; undefined where there is nothing to be gained. */
const smallerThan = ({ query, variables, faults }: Case, at: number): Case | 'none left' | undefined => {
  const document = parse(query, { noLocation: true });
  let place = 0;
  let isFound = false;
  const isThis = () => {
    const isIt = place++ === at;
    isFound ||= isIt;
    return isIt;
  };
  const without = visit(document, {
    SelectionSet: (node) => shorter(node, isThis),
    InlineFragment: (node) =>
      isThis() && node.typeCondition && !node.directives?.length ? { ...node, typeCondition: undefined } : undefined,
    Directive: () => (isThis() ? null : undefined),
    Argument: (_, __, parent, ___, ancestors) => (!isOfDirective(parent, ancestors) && isThis() ? null : undefined),
    ObjectField: () => (isThis() ? null : undefined),
  });
  if (!isFound) return 'none left';
  const cleaned = print(withoutUnused(without));
  if (cleaned.length >= print(document).length) return undefined;
  const used = new Set([...cleaned.matchAll(/\$(\w+)/g)].map(([, name]) => name));
  return {
    query: cleaned,
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => used.has(name))),
    faults,
  };
};

const isOfDirective = (parent: unknown, ancestors: readonly unknown[]): boolean => {
  const owner = Array.isArray(parent) ? ancestors.at(-1) : parent;
  return (owner as ASTNode | undefined)?.kind === Kind.DIRECTIVE;
};

/** Without one of its selections, or with what one has inside in its place. */
const shorter = (node: SelectionSetNode, isThis: () => boolean): SelectionSetNode | undefined => {
  for (const [index, selection] of node.selections.entries()) {
    const others = node.selections.filter((_, each) => each !== index);
    if (isThis()) return others.length > 0 ? { ...node, selections: others } : undefined;
    if (selection.kind === Kind.INLINE_FRAGMENT && isThis())
      return { ...node, selections: node.selections.toSpliced(index, 1, ...selection.selectionSet.selections) };
  }
  return undefined;
};

/** Without fragments that nothing spreads and variables that nothing uses. */
const withoutUnused = (document: DocumentNode): DocumentNode => {
  const spread = new Set<string>();
  const used = new Set<string>();
  visit(document, {
    FragmentSpread: ({ name }) => void spread.add(name.value),
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  const definitions = document.definitions.filter(
    (node) => node.kind !== Kind.FRAGMENT_DEFINITION || spread.has(node.name.value),
  );
  if (definitions.length < document.definitions.length) return withoutUnused({ ...document, definitions });
  return visit(document, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
};
