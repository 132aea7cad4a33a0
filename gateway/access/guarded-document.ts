/** Which fields of a document have conditions, and the document without those that a viewer does not meet. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fragmentsOf } from '#platform/graphql/fragments.ts';
import { type Condition, type Conditions, isDerived } from './conditions.ts';

export interface GuardedDocument {
  /** Each once. Denials are indices of these. */
  readonly conditions: readonly Condition[];
  readonly without: (denied: readonly number[]) => WithheldFields;
}

export interface WithheldFields {
  readonly fields: ReadonlySet<FieldNode>;
  /** What is left to plan and fetch. */
  readonly document: DocumentNode;
  /** Response names from the root, `users.email`; each once, and no more than are worth reading. */
  readonly paths: (operationName: string | undefined) => readonly string[];
}

export interface DocumentGuard {
  /** Undefined for a document without conditions. `subscribed`: the subscription's field that it is the query of. */
  guarded(document: DocumentNode, subscribed?: string): GuardedDocument | undefined;
}

export const documentGuard = (schema: GraphQLSchema, conditions: Conditions): DocumentGuard => {
  const conditionsOf = fieldConditions(schema, conditions);
  const guarded = (document: DocumentNode, subscribed?: string): GuardedDocument | undefined => {
    const indices = new Map<string, number>();
    const found: Condition[] = [];
    const fields = new Map<FieldNode, readonly number[]>();
    const indexOf = (condition: Condition): number => {
      const key = JSON.stringify(condition);
      const known = indices.get(key);
      if (known !== undefined) return known;
      indices.set(key, found.length);
      return found.push(condition) - 1;
    };
    const types = new TypeInfo(schema);
    const enter = (node: FieldNode) => {
      const parent = types.getParentType();
      if (!parent) return;
      const needed = conditionsOf(parent, node);
      if (subscribed !== undefined && parent === schema.getQueryType())
        for (const coordinate of ['Subscription', `Subscription.${subscribed}`])
          needed.push(...(conditions.get(coordinate) ?? []));
      if (needed.length > 0) fields.set(node, [...new Set(needed.map(indexOf))]);
    };
    visit(document, visitWithTypeInfo(types, { Field: { enter } }));
    if (fields.size === 0) return undefined;
    return {
      conditions: found,
      without: (denied) => {
        const lost = [...fields].filter(([, needs]) => needs.some((index) => denied.includes(index)));
        return withheld(document, new Set(lost.map(([node]) => node)));
      },
    };
  };
  return { guarded };
};

/**
 * What a field asks for: its own conditions, those of the type it belongs to and of the type it returns. Through an interface,
 * those of all implementations, since any of them may come.
 */
const fieldConditions = (schema: GraphQLSchema, conditions: Conditions) => {
  const of = (coordinate: string): readonly Condition[] => conditions.get(coordinate) ?? [];
  const implementationsOf = (name: string) => {
    const type = schema.getType(name);
    return isInterfaceType(type) ? schema.getPossibleTypes(type) : [];
  };
  /** Derived ones hold for what is selected on the interface, not for fragments on its implementations. */
  const ofReturned = (name: string, { selectionSet }: FieldNode): readonly Condition[] => {
    const implementations = implementationsOf(name).map((type) => of(type.name));
    if (selectionSet && selectsFields(selectionSet)) return [...of(name), ...implementations.flat()];
    return of(name).filter((condition) => !isDerived(condition, implementations));
  };
  return (parent: GraphQLCompositeType, node: FieldNode): Condition[] => {
    const field = node.name.value;
    // Which type an object has is no secret: the field that it came with was allowed.
    if (field.startsWith('__')) return [];
    return [parent, ...implementationsOf(parent.name)].flatMap((type) => {
      if (!isObjectType(type) && !isInterfaceType(type)) return [];
      const definition = type.getFields()[field];
      const returned = definition ? ofReturned(getNamedType(definition.type).name, node) : [];
      return [...of(type.name), ...of(`${type.name}.${field}`), ...returned];
    });
  };
};

const selectsFields = ({ selections }: SelectionSetNode): boolean =>
  selections.some((node) => node.kind === Kind.FIELD && !node.name.value.startsWith('__'));

const withheld = (document: DocumentNode, fields: ReadonlySet<FieldNode>): WithheldFields => ({
  fields,
  document: visit(document, {
    Field: { enter: (node) => (fields.has(node) ? null : undefined) },
    // The object stays: whether it is null, and what type it has, may be read.
    SelectionSet: { leave: (node) => (node.selections.length > 0 ? undefined : { ...node, selections: [typename] }) },
  }),
  paths: (operationName) => pathsOf(document, fields, operationName),
});

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

// 100: a client with more of them needs another account and not a longer list.
const pathsListed = 100;

const pathsOf = (
  document: DocumentNode,
  fields: ReadonlySet<FieldNode>,
  operationName: string | undefined,
): readonly string[] => {
  const fragments = fragmentsOf(document);
  const paths = new Set<string>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode, path: string): void => {
    for (const node of selections) {
      if (paths.size >= pathsListed) return;
      if (node.kind === Kind.FIELD) {
        const here = `${path}${(node.alias ?? node.name).value}`;
        if (fields.has(node)) paths.add(here);
        else if (node.selectionSet) collect(node.selectionSet, `${here}.`);
        continue;
      }
      if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet, path);
      else if (!spread.has(`${path}...${node.name.value}`)) {
        spread.add(`${path}...${node.name.value}`);
        const fragment = fragments.get(node.name.value);
        if (fragment) collect(fragment.selectionSet, path);
      }
    }
  };
  const operation = getOperationAST(document, operationName);
  if (operation) collect(operation.selectionSet, '');
  return [...paths];
};
