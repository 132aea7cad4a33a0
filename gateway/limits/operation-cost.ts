/**
 * The maximum cost of an operation, estimated before it runs: objects times the sizes of the lists they are in. Follows
 * IBM's cost specification (https://ibm.github.io/graphql-specs/cost-spec.html) with Apollo's defaults; docs/adr/0013
 * says what is left out and why.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  type InlineFragmentNode,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { largestPage } from '#platform/graphql/connection.ts';
import { fragmentsOf } from '#platform/graphql/fragments.ts';
import {
  type DirectiveArguments,
  fieldsOf,
  linkedDirective,
  typeDefinitions,
} from '../graphql/supergraph-directives.ts';

/** Of a list without `@listSize`. Typically longer or shorter lists have one. */
const defaultListSize = 10;
/** Of an object; scalars come with their object and cost nothing. */
const objectWeight = 1;
/** A mutation is a transaction, messages, and often a call of another service. */
const mutationWeight = 10;

export interface OperationCost {
  readonly cost: number;
  /** Then the cost holds for this request only. */
  readonly dependsOnVariables: boolean;
  /** The first argument that asks for more than the largest page. */
  readonly oversized: { readonly coordinate: string; readonly argument: string } | undefined;
}

interface PricedOperation {
  readonly schema: GraphQLSchema;
  readonly policy: CostPolicy;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As the client sent them: invalid ones make the operation fail at no cost. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export const operationCost = (priced: PricedOperation): OperationCost => {
  const { schema, policy, document, operation, variables } = priced;
  const values = variableValues(operation, variables);
  const fragments = fragmentsOf(document);
  const root = schema.getRootType(operation.operation);
  const walk: Walk = { schema, policy, values, fragments, known: new Map(), oversized: [] };
  const top = root && levelOf(walk, operation.selectionSet, root);
  return { cost: top ? total(top) : 0, dependsOnVariables: values.wereAsked(), oversized: walk.oversized[0] };
};

interface Walk {
  readonly schema: GraphQLSchema;
  readonly policy: CostPolicy;
  readonly values: VariableValues;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Each fragment is visited once, however often it is spread: ten of them can be spread a million times. */
  readonly known: Map<string, Level>;
  readonly oversized: NonNullable<OperationCost['oversized']>[];
}

/**
 * The selections of one place. Lists whose size the field above may define are kept separately, at the cost of one
 * item.
 */
interface Level {
  cost: number;
  readonly listItems: Map<string, number>;
}

const total = (level: Level, sizeOf: (listField: string) => number = () => defaultListSize): number => {
  let cost = level.cost;
  for (const [field, item] of level.listItems) cost += item * sizeOf(field);
  return cost;
};

const levelOf = (walk: Walk, { selections }: SelectionSetNode, parent: GraphQLNamedType): Level => {
  const level: Level = { cost: 0, listItems: new Map() };
  for (const node of selections) {
    if (walk.values.isLeftOut(node)) continue;
    if (node.kind === Kind.FIELD) addField(walk, level, node, parent);
    else add(level, node.kind === Kind.FRAGMENT_SPREAD ? ofFragment(walk, node) : ofInlineFragment(walk, node, parent));
  }
  return level;
};

const ofFragment = (walk: Walk, { name }: FragmentSpreadNode): Level => {
  const known = walk.known.get(name.value);
  if (known) return known;
  const fragment = walk.fragments.get(name.value);
  const type = fragment && walk.schema.getType(fragment.typeCondition.name.value);
  const level = type ? levelOf(walk, fragment.selectionSet, type) : nothing;
  walk.known.set(name.value, level);
  return level;
};

// Branches of a union are summed though an object takes one: the sum is still a bound, and few unions have more than
// one expensive branch.
const ofInlineFragment = (walk: Walk, { typeCondition, selectionSet }: InlineFragmentNode, parent: GraphQLNamedType) =>
  levelOf(walk, selectionSet, (typeCondition && walk.schema.getType(typeCondition.name.value)) ?? parent);

const nothing: Level = { cost: 0, listItems: new Map() };

const add = (level: Level, other: Level): void => {
  level.cost += other.cost;
  for (const [field, item] of other.listItems) addItem(level, field, item);
};

const addItem = (level: Level, field: string, item: number): void => {
  level.listItems.set(field, (level.listItems.get(field) ?? 0) + item);
};

const addField = (walk: Walk, level: Level, node: FieldNode, parent: GraphQLNamedType): void => {
  const { policy, values } = walk;
  if (parent.name.startsWith('__') || node.name.value.startsWith('__')) {
    level.cost += introspectionCost(walk, node, parent);
    return;
  }
  const field = fieldOf(parent, node.name.value);
  if (!field) return;
  const coordinate = `${parent.name}.${field.name}`;
  const type = getNamedType(field.type);
  const listSize = policy.listSizes.get(coordinate);
  const wanted = listSize ? wantedSizes(listSize, field, node, values) : [];
  for (const { argument, size } of wanted) if (size > largestPage) walk.oversized.push({ coordinate, argument });
  const size = listSize && expectedSize(listSize, wanted);
  const sizedBelow = new Set(listSize?.sizedFields);

  let item = policy.weights.get(coordinate) ?? defaultWeight(walk, type, parent);
  if (node.selectionSet)
    item += total(levelOf(walk, node.selectionSet, type), (name) =>
      sizedBelow.has(name) && size !== undefined ? size : defaultListSize,
    );

  if (!isListType(getNullableType(field.type))) level.cost += item;
  else if (size !== undefined && sizedBelow.size === 0) level.cost += item * size;
  else addItem(level, field.name, item);
};

const fieldOf = (type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

const defaultWeight = ({ policy, schema }: Walk, type: GraphQLNamedType, parent: GraphQLNamedType): number => {
  if (parent === schema.getMutationType()) return mutationWeight;
  return policy.weights.get(type.name) ?? (isCompositeType(type) ? objectWeight : 0);
};

/** Values of the slicing arguments, or their defaults. */
const wantedSizes = (
  { slicingArguments }: ListSize,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  values: VariableValues,
): readonly { argument: string; size: number }[] =>
  slicingArguments.flatMap((argument) => {
    const size: unknown =
      values.resolve(node.arguments?.find(({ name }) => name.value === argument)?.value) ??
      field.args.find(({ name }) => name === argument)?.defaultValue;
    // Anything else is not a size, and will fail validation.
    return typeof size === 'number' && size >= 0 ? [{ argument, size }] : [];
  });

/** The largest requested size, else the assumed one. */
const expectedSize = ({ assumedSize }: ListSize, wanted: readonly { readonly size: number }[]): number =>
  wanted.length > 0 ? Math.max(...wanted.map(({ size }) => size)) : (assumedSize ?? defaultListSize);

const introspectionEntries = new Map([
  ['__schema', '__Schema'],
  ['__type', '__Type'],
]);

/** Introspection calls no subgraph and costs one per field, lists or not. `__typename` is free. */
const introspectionCost = (walk: Walk, { name, selectionSet }: FieldNode, parent: GraphQLNamedType): number => {
  if (name.value === '__typename') return 0;
  const entry = introspectionEntries.get(name.value);
  const field = entry ? walk.schema.getType(entry) : fieldOf(parent, name.value)?.type;
  return 1 + (selectionSet && field ? total(levelOf(walk, selectionSet, getNamedType(field))) : 0);
};

/** A field's `@listSize`. */
interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments that set the size; the largest one given counts. */
  readonly slicingArguments: readonly string[];
  /** The child lists that have this size when the field itself is not a list: `edges` of a connection. */
  readonly sizedFields: readonly string[];
}

export interface CostPolicy {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

/** For a graph without cost directives, where the defaults apply. */
export const noCostPolicy: CostPolicy = { weights: new Map(), listSizes: new Map() };

const specification = 'https://specs.apollo.dev/cost';

export const costPolicy = (supergraphSdl: string): CostPolicy => {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const cost = linkedDirective(supergraph, specification, 'cost');
  const listSize = linkedDirective(supergraph, specification, 'listSize');
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  for (const type of typeDefinitions(supergraph)) {
    note(weights, type.name.value, cost(type.directives));
    for (const field of fieldsOf(type)) {
      const coordinate = `${type.name.value}.${field.name.value}`;
      note(weights, coordinate, cost(field.directives));
      const size = listSize(field.directives);
      if (size) listSizes.set(coordinate, toListSize(size));
    }
  }
  return { weights, listSizes };
};

const note = (weights: Map<string, number>, coordinate: string, cost: DirectiveArguments | undefined): void => {
  if (typeof cost?.weight === 'number') weights.set(coordinate, cost.weight);
};

const toListSize = ({ assumedSize, slicingArguments, sizedFields }: DirectiveArguments): ListSize => ({
  assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
  slicingArguments: names(slicingArguments),
  sizedFields: names(sizedFields),
});

const names = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];

interface VariableValues {
  /** A literal, or the value of a variable; `undefined` for an absent argument or variable. */
  resolve(node: ValueNode | undefined): unknown;
  isLeftOut(node: { readonly directives?: readonly DirectiveNode[] | undefined }): boolean;
  /** Whether any value came from a variable so far. */
  wereAsked(): boolean;
}

/** `sent` is unchecked, without the operation's defaults. */
const variableValues = (
  { variableDefinitions = [] }: OperationDefinitionNode,
  sent: Readonly<Record<string, unknown>>,
): VariableValues => {
  let asked = false;

  const resolve: VariableValues['resolve'] = (node) => {
    if (!node) return undefined;
    if (node.kind !== Kind.VARIABLE) return valueFromASTUntyped(node);
    asked = true;
    const name = node.name.value;
    if (Object.hasOwn(sent, name)) return sent[name];
    const definition = variableDefinitions.find(({ variable }) => variable.name.value === name);
    return definition?.defaultValue && valueFromASTUntyped(definition.defaultValue);
  };

  const condition = (directive: DirectiveNode): unknown =>
    resolve(directive.arguments?.find(({ name }) => name.value === 'if')?.value);

  return {
    resolve,
    isLeftOut: ({ directives = [] }) =>
      directives.some(
        (directive) =>
          (directive.name.value === 'skip' && condition(directive) === true) ||
          (directive.name.value === 'include' && condition(directive) === false),
      ),
    wereAsked: () => asked,
  };
};
