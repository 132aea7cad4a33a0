/**
 * Bounds of an operation's shape, enforced before the rest of validation: the overlapping-fields rule takes quadratic
 * time, a third of a second for 20 KB of one repeated field.
 */
import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { fragmentsOf } from '#platform/graphql/fragments.ts';
import { type CountedLimit, type Rejections, tooMany } from './rejections.ts';
import type { LimitsConfig } from './variables.ts';

/**
 * A validation rule, since Apollo Server remembers valid documents, so each is checked once. Rules see whole documents,
 * so it bounds the largest operation of each.
 */
export const shapeRule = (config: LimitsConfig, { record }: Rejections) => {
  const bounds: readonly (readonly [CountedLimit, keyof OperationShape, maximum: number])[] = [
    ['DEPTH', 'depth', config.LIMIT_DEPTH],
    ['ROOT_FIELD', 'rootFields', config.LIMIT_ROOT_FIELDS],
    ['FIELD', 'fields', config.LIMIT_FIELDS],
    ['ALIAS', 'aliases', config.LIMIT_ALIASES],
    ['DIRECTIVE', 'directives', config.LIMIT_DIRECTIVES],
    ['FRAGMENT', 'fragments', config.LIMIT_FRAGMENTS],
  ];
  const refusals = (document: DocumentNode): GraphQLError[] => {
    const shape = documentShape(document);
    return bounds
      .filter(([, what, maximum]) => shape[what] > maximum)
      .flatMap(
        ([limit, what, maximum]) => record(limit, tooMany(limit, shape[what], maximum), namesOf(document)) ?? [],
      );
  };

  return (context: ValidationContext): ASTVisitor => ({
    Document: (document) => {
      const [refusal] = refusals(document);
      if (!refusal) return undefined;
      context.reportError(refusal);
      // The other rules get an empty document instead.
      return { ...document, definitions: [] };
    },
  });
};

const namesOf = ({ definitions }: DocumentNode) => ({
  operations: definitions.flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? (node.name?.value ?? '') : [])),
});

/** Fragments count wherever they are spread: ten lines can be a million fields. */
interface OperationShape {
  readonly depth: number;
  readonly rootFields: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  /** Named fragments of the document, and inline ones. */
  readonly fragments: number;
}

/**
 * The maximum over a document's operations, and over its fragments, which validation reads even if unused. Accepts
 * anything that parses; a cyclic fragment counts once.
 */
export const documentShape = ({ definitions }: DocumentNode): OperationShape => {
  const fragments = fragmentsOf({ definitions });
  const walk: Walk = { fragments, counted: new Map() };
  const shapes = definitions.flatMap((node) => {
    if (node.kind === Kind.OPERATION_DEFINITION) return [count(walk, node.selectionSet, node.directives?.length)];
    // Fragments have no root fields.
    return node.kind === Kind.FRAGMENT_DEFINITION ? [{ ...countFragment(walk, node.name.value), rootFields: 0 }] : [];
  });
  const most = (what: keyof OperationShape): number => Math.max(0, ...shapes.map((shape) => shape[what]));
  return {
    depth: most('depth'),
    rootFields: most('rootFields'),
    fields: most('fields'),
    aliases: most('aliases'),
    directives: most('directives'),
    fragments: most('fragments') + fragments.size,
  };
};

interface Walk {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly counted: Map<string, OperationShape>;
}

const countFragment = (walk: Walk, name: string): OperationShape => {
  const known = walk.counted.get(name);
  if (known) return known;
  walk.counted.set(name, nothing);
  const fragment = walk.fragments.get(name);
  const shape = fragment ? count(walk, fragment.selectionSet, fragment.directives?.length) : nothing;
  walk.counted.set(name, shape);
  return shape;
};

/** `rootFields` are those of this level. */
const count = (walk: Walk, selections: SelectionSetNode | undefined, directives = 0): OperationShape => {
  let sum: OperationShape = { ...nothing, directives };
  for (const node of selections?.selections ?? []) {
    const own = node.directives?.length ?? 0;
    if (node.kind === Kind.FIELD) {
      const below = count(walk, node.selectionSet, own);
      sum = plus(sum, {
        ...below,
        depth: below.depth + 1,
        rootFields: 1,
        fields: below.fields + 1,
        aliases: below.aliases + (node.alias ? 1 : 0),
      });
    } else if (node.kind === Kind.INLINE_FRAGMENT) {
      const inside = count(walk, node.selectionSet, own);
      sum = plus(sum, { ...inside, fragments: inside.fragments + 1 });
    } else {
      const spread = countFragment(walk, node.name.value);
      sum = plus(sum, { ...spread, directives: spread.directives + own });
    }
  }
  return sum;
};

const nothing: OperationShape = { depth: 0, rootFields: 0, fields: 0, aliases: 0, directives: 0, fragments: 0 };

const plus = (a: OperationShape, b: OperationShape): OperationShape => ({
  depth: Math.max(a.depth, b.depth),
  rootFields: a.rootFields + b.rootFields,
  fields: a.fields + b.fields,
  aliases: a.aliases + b.aliases,
  directives: a.directives + b.directives,
  fragments: a.fragments + b.fragments,
});
