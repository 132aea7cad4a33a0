/** The fields that a selection has on an object of one type: the specification's CollectFields, at compile time. */
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

export interface Document {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The value of a variable of `@skip` or `@include`. */
  readonly isOn: (variable: string) => boolean;
}

/** Nodes of one response name are merged. In the order of the response. */
export type Fields = ReadonlyMap<string, readonly FieldNode[]>;

export const collectFields = (
  document: Document,
  selections: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
): Fields => {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  const collect = ({ selections: nodes }: SelectionSetNode): void => {
    for (const node of nodes) {
      if (!isIncluded(document, node.directives)) continue;
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        const known = fields.get(key);
        if (known) known.push(node);
        else fields.set(key, [node]);
        continue;
      }
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(node.name.value)) continue;
        spread.add(node.name.value);
      }
      const inside = node.kind === Kind.INLINE_FRAGMENT ? node : document.fragments.get(node.name.value);
      if (inside && applies(document.schema, inside.typeCondition?.name.value, type)) collect(inside.selectionSet);
    }
  };
  for (const selection of selections) collect(selection);
  return fields;
};

const applies = (schema: GraphQLSchema, condition: string | undefined, type: GraphQLCompositeType): boolean => {
  if (condition === undefined || condition === type.name) return true;
  const abstract = schema.getType(condition);
  return isAbstractType(abstract) && 'getInterfaces' in type && schema.isSubType(abstract, type);
};

const isIncluded = ({ isOn }: Document, directives: readonly DirectiveNode[] = []): boolean =>
  directives.every(({ name, arguments: [condition] = [] }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const value = condition?.value;
    const given = value?.kind === Kind.VARIABLE ? isOn(value.name.value) : value?.kind === Kind.BOOLEAN && value.value;
    return given === (name.value === 'include');
  });
