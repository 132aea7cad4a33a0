/** How large an operation is, before anything is known of the schema: pure counting, each fragment looked at once. */
import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsOf } from '#platform/graphql/fragments.ts';

/** Fragments count wherever they are spread: an operation of ten lines can be a million fields. */
export interface OperationShape {
  readonly depth: number;
  readonly rootFields: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  /** Named fragments of the document, and inline ones. */
  readonly fragments: number;
}

/**
 * The most of each over the operations of a document, and over its fragments, which validation reads even where no
 * operation does. The document may be anything that can be parsed; a fragment within itself counts once.
 */
export const documentShape = ({ definitions }: DocumentNode): OperationShape => {
  const fragments = fragmentsOf({ definitions });
  const walk: Walk = { fragments, counted: new Map() };
  const shapes = definitions.flatMap((node) => {
    if (node.kind === Kind.OPERATION_DEFINITION) return [count(walk, node.selectionSet, node.directives?.length)];
    // A fragment has no root fields of its own.
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
