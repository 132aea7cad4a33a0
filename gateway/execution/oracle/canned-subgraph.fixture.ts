/** A subgraph that answers whatever its schema allows to be asked, the same each time, with faults. */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLList,
  type GraphQLNamedOutputType,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { fragmentsOf } from '#platform/graphql/fragments.ts';
import type { SubgraphAnswer, SubgraphError, SubgraphRequest } from '../../upstream/subgraph-call.ts';
import { brokenAnswer, brokenEntity, brokenValue } from './broken-answers.fixture.ts';
import { digestOf, entityAt, leafOf, numberIn, partOf, type Thing, typeOf } from './canned-values.fixture.ts';
import { entityFault, type Faults, fetchFault, fieldFault } from './faults.fixture.ts';
import { hashOf, shareOf } from './random.fixture.ts';

export interface CannedSchema {
  readonly name: string;
  readonly schema: GraphQLSchema;
  /** Whether objects of that type are the same ones on many paths. */
  readonly isEntity: (type: string) => boolean;
  /** Whether an object type here is an interface elsewhere. */
  readonly isInterfaceObject: (type: string) => boolean;
  /** Whether a field of that name is in any key, or in what a field requires. */
  readonly isKey: (field: string) => boolean;
  /** Whether a field's value depends on what the representation says. */
  readonly hasRequirements: (type: string, field: string) => boolean;
}

/** What a subgraph makes of a field that it could not give: the nearest nullable place above it is null. */
const lost = Symbol('lost');

type Path = readonly (string | number)[];

/** What the answers depend on besides the request. */
export interface World {
  readonly faults: Faults;
  readonly viewer: string;
  /** Entities of interface objects do not say their type, which is the interface's. */
  readonly hidesInterfaces?: boolean | undefined;
  /** What a subgraph's answer, as JSON, becomes on its way. */
  readonly corrupts?: ((subgraph: string, answer: string) => string) | undefined;
}

/** One request being answered. */
interface Work extends World {
  readonly graph: CannedSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly errors: SubgraphError[];
}

/** By text: planners make the same texts over and over. */
const documents = new Map<string, DocumentNode>();
// Of a few hundred operations; the rest are parsed again.
const documentsKept = 2_000;

const documentOf = (query: string): DocumentNode => {
  const document = documents.get(query) ?? parse(query, { noLocation: true });
  if (documents.size < documentsKept) documents.set(query, document);
  return document;
};

export const cannedAnswer = (
  graph: CannedSchema,
  world: World,
  { query, variables = {}, operationName }: SubgraphRequest,
): SubgraphAnswer => {
  const document = documentOf(query);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode =>
      node.kind === Kind.OPERATION_DEFINITION && (!operationName || node.name?.value === operationName),
  );
  if (!operation) throw new Error(`nothing to execute in ${query}`);
  const root = graph.schema.getRootType(operation.operation);
  if (!root) throw new Error(`${graph.name} has no ${operation.operation}`);
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  const work: Work = {
    ...world,
    graph,
    fragments: fragmentsOf(document),
    variables: { ...Object.fromEntries(defaults), ...variables },
    errors: [],
  };
  const data = objectOf(
    work,
    { type: root, number: 0, asked: '', context: '', viewer: world.viewer },
    [operation.selectionSet],
    [],
  );
  const answer = { data: data === lost ? null : data, ...(work.errors.length > 0 && { errors: work.errors }) };
  const isOfEntities = Object.keys({ ...variables, ...answer.data }).some((key) =>
    /^(representations|_entities)(_\d+)?$/.test(key),
  );
  const kind = isOfEntities ? 'entities' : 'root';
  return brokenAnswer(fetchFault(world.faults, graph.name, kind), graph.name, answer);
};

const objectOf = (
  work: Work,
  thing: Thing,
  selectionSets: readonly SelectionSetNode[],
  path: Path,
): Record<string, unknown> | typeof lost => {
  const data: Record<string, unknown> = {};
  for (const [key, nodes] of collected(work, thing.type, selectionSets, new Map())) {
    const value = fieldOf(work, thing, nodes, [...path, key]);
    if (value === lost) return lost;
    if (value !== undefined) data[key] = value;
  }
  return data;
};

/** The fields selected on that type, by response key. */
const collected = (
  work: Work,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  into: Map<string, FieldNode[]>,
): Map<string, FieldNode[]> => {
  for (const node of selectionSets.flatMap(({ selections }) => selections)) {
    if (getDirectiveValues(GraphQLSkipDirective, node, work.variables)?.if === true) continue;
    if (getDirectiveValues(GraphQLIncludeDirective, node, work.variables)?.if === false) continue;
    if (node.kind === Kind.FIELD) {
      const key = (node.alias ?? node.name).value;
      into.set(key, [...(into.get(key) ?? []), node]);
      continue;
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : work.fragments.get(node.name.value);
    if (!fragment) throw new Error('a fragment is missing');
    if (applies(work.graph.schema, fragment.typeCondition?.name.value, type))
      collected(work, type, [fragment.selectionSet], into);
  }
  return into;
};

const applies = (schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean => {
  if (!condition || condition === type.name) return true;
  const on = schema.getType(condition);
  return isAbstractType(on) && schema.isSubType(on, type);
};

const fieldOf = (work: Work, thing: Thing, nodes: readonly FieldNode[], path: Path): unknown => {
  const [node] = nodes;
  if (!node) return undefined;
  const name = node.name.value;
  if (name === '__typename') return thing.type.name;
  const field = thing.type.getFields()[name];
  if (!field) throw new Error(`${work.graph.name} was asked for ${thing.type.name}.${name}, which it does not have`);
  const given = Object.fromEntries(
    (node.arguments ?? []).map(({ name: { value }, value: ast }) => [value, valueFromASTUntyped(ast, work.variables)]),
  );
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  if (name === '_entities') return entitiesOf(work, given.representations, selectionSets, path);
  const required = work.graph.hasRequirements(thing.type.name, name) ? thing.asked : '';
  const about = `${thing.context}${Object.keys(given).length > 0 ? digestOf(given) : ''}${required}`;
  return withFault(work, { thing, field, about, path }, () =>
    complete(work, { thing, field, about, path, selectionSets, index: 0 }, field.type),
  );
};

interface Place {
  readonly thing: Thing;
  readonly field: GraphQLField<unknown, unknown>;
  readonly about: string;
  readonly path: Path;
}

const withFault = (work: Work, { thing, field, about, path }: Place, value: () => unknown): unknown => {
  const { name, type } = field;
  const place = `${thing.type.name}.${name} of ${thing.number}`;
  const fault = fieldFault(work.faults, work.graph.name, place, about);
  const isSpared = work.faults.sparesKeys === true && work.graph.isKey(name);
  if (fault === undefined || isSpared) return value();
  const code = ['NOT_FOUND', 'FORBIDDEN', 'INTERNAL_SERVER_ERROR'][hashOf(place) % 3];
  const isOptional = !isNonNullType(type);
  switch (fault) {
    case 'error':
      work.errors.push({ message: `${place} failed`, path, extensions: { code, service: work.graph.name } });
      return isOptional ? null : lost;
    case 'error-without-code':
      work.errors.push({ message: `${place} failed`, path });
      return isOptional ? null : lost;
    case 'null':
      return isOptional ? null : value();
    case 'error-elsewhere':
      work.errors.push({ message: `${place} failed`, path: [...path, 99, 'gone'], extensions: { code } });
      return null;
    case 'error-without-path':
      work.errors.push({ message: `${place} failed`, extensions: { code } });
      return null;
    default:
      return brokenValue(fault, value());
  }
};

interface Target extends Place {
  /** In its list, from 1; 0 for what is in none. */
  readonly index: number;
  readonly selectionSets: readonly SelectionSetNode[];
}

const complete = (work: Work, target: Target, type: GraphQLOutputType): unknown => {
  if (isNonNullType(type)) return filled(work, target, type.ofType as NullableOutputType);
  if (shareOf('null', ...identity(target)) < nulls) return null;
  const value = filled(work, target, type as NullableOutputType);
  return value === lost ? null : value;
};

// Of the places that may be null.
const nulls = 0.1;

const identity = ({ thing, field, about }: Target) => [thing.type.name, thing.number, field.name, about] as const;

type NullableOutputType = GraphQLNamedOutputType | GraphQLList<GraphQLOutputType>;

/** Anything but null. */
const filled = (work: Work, target: Target, type: NullableOutputType): unknown => {
  const { thing, field, about, path, index, selectionSets } = target;
  if (isListType(type)) {
    const length = hashOf('length', ...identity(target)) % 4;
    // The index tells the elements apart.
    const list = Array.from({ length }, (_, at) =>
      complete(
        work,
        { ...target, about: `${about}[${at}]`, path: [...path, at], index: index * 10 + at + 1 },
        type.ofType,
      ),
    );
    return list.includes(lost) ? lost : list;
  }
  if (!isCompositeType(type)) return leafOf(type, thing, field.name, about);
  const isEntity = work.graph.isEntity(type.name);
  const number = isEntity ? entityAt(...identity(target)) : partOf(thing.number, index);
  const context = isEntity ? '' : about;
  const object = isAbstractType(type) ? typeOf(work.graph.schema, type, number) : type;
  return objectOf(work, { type: object, number, asked: '', context, viewer: thing.viewer }, selectionSets, path);
};

const entitiesOf = (
  work: Work,
  representations: unknown,
  selectionSets: readonly SelectionSetNode[],
  path: Path,
): unknown => {
  if (!Array.isArray(representations)) throw new Error(`${work.graph.name} got no representations`);
  return representations.map((representation: Record<string, unknown>, index) => {
    const { __typename: name } = representation;
    const named = work.graph.schema.getType(String(name));
    const number = numberIn(representation);
    const type = isAbstractType(named) ? typeOf(work.graph.schema, named, number) : named;
    if (!(type instanceof GraphQLObjectType)) {
      work.errors.push({ message: `${work.graph.name} does not know the type ${name}`, path: [...path, index] });
      return null;
    }
    const fault = entityFault(work.faults, work.graph.name, type.name, number);
    if (fault === 'error') {
      const message = `${type.name} ${number} failed`;
      work.errors.push({ message, path: [...path, index], extensions: { code: 'UNAVAILABLE' } });
    }
    const asked = digestOf(representation);
    const value = objectOf(work, { type, number, asked, context: '', viewer: work.viewer }, selectionSets, [
      ...path,
      index,
    ]);
    if (value === lost) return brokenEntity(fault, null);
    if (work.hidesInterfaces && work.graph.isInterfaceObject(type.name)) delete value.__typename;
    return brokenEntity(fault, value);
  });
};
