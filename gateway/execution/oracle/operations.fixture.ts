/** Random operations that are valid on a schema, with everything that a selection may have. */
import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import { type Inputs, inputsOf } from './inputs.fixture.ts';
import { hashOf, type Random, randomOf } from './random.fixture.ts';

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

// 40 fields on six levels: a page of a shop has about as many, and stock plans it in a few milliseconds.
const fieldsPerOperation = 40;
const levels = 6;
// A third of all are invalid at most, mostly by an alias that means something else elsewhere.
const attempts = 50;

/** What to generate for. */
export interface Terrain {
  /** The API schema. */
  readonly schema: GraphQLSchema;
  /** Whether several subgraphs contribute to a type: selections tend towards those. */
  readonly isJoined: (type: string) => boolean;
}

/** The same operation for the same seed. */
export const operationOf = (terrain: Terrain, seed: number): Operation => {
  const { schema } = terrain;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const operation = candidate(terrain, randomOf(hashOf(seed, attempt)));
    if (validate(schema, parse(operation.query)).length === 0) return operation;
  }
  throw new Error(`no valid operation in ${attempts} attempts, seed ${seed}`);
};

const candidate = (terrain: Terrain, random: Random): Operation => {
  const { schema } = terrain;
  const mutation = schema.getMutationType();
  const isMutation = mutation && random.chance(0.15);
  const root = isMutation ? mutation : schema.getQueryType();
  if (!root) throw new Error('the schema has no queries');
  const inputs = inputsOf(random);
  const { selections, fragments } = selectionsOf(terrain, random, inputs);
  const body = selections(root, levels);
  const name = random.chance(0.5) ? ' Generated' : '';
  return {
    query: [`${isMutation ? 'mutation' : 'query'}${name}${inputs.definitions()} ${body}`, ...fragments()].join('\n'),
    variables: inputs.values,
  };
};

interface Fragment {
  readonly name: string;
  readonly on: string;
  readonly body: string;
}

const selectionsOf = ({ schema, isJoined }: Terrain, random: Random, inputs: Inputs) => {
  const aliasOf = aliases(schema, random);
  const nearer = towards(schema, isJoined, random);
  const fragments: Fragment[] = [];
  let left = fieldsPerOperation;

  const selections = (type: GraphQLCompositeType, depth: number): string => {
    const made = Array.from({ length: 1 + random.int(5) }, () => selection(type, depth));
    // Repeats are rare in the field, and merging them is quickly tested.
    return `{ ${(random.chance(0.2) ? made : [...new Set(made)]).join(' ')} }`;
  };

  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const condition = random.chance(0.1) ? ` ${inputs.condition()}` : '';
    if (left > 0 && depth > 1 && random.chance(isUnionType(type) ? 0.8 : isAbstractType(type) ? 0.45 : 0.12)) {
      left--;
      if (random.chance(0.4)) return `...${fragmentOn(type, depth)}${condition}`;
      const inner = random.chance(0.1) ? type : narrowed(type);
      const on = inner === type && random.chance(0.5) ? '' : ` on ${inner.name}`;
      return `...${on}${condition} ${selections(inner, depth - 1)}`;
    }
    if (isUnionType(type) || random.chance(0.08)) return `${random.chance(0.3) ? 'kind: ' : ''}__typename${condition}`;
    return fieldOf(type, depth, condition);
  };

  const fragmentOn = (type: GraphQLCompositeType, depth: number): string => {
    const known = fragments.filter(({ on }) => on === type.name);
    if (known.length > 0 && random.chance(0.4)) return random.pick(known).name;
    const on = random.chance(0.5) ? type : narrowed(type);
    // Taken before the selections are made, which may define fragments themselves.
    const body = selections(on, depth - 1);
    const name = `F${fragments.length}`;
    fragments.push({ name, on: on.name, body });
    return name;
  };

  /** Another type of which the same object may be. */
  const narrowed = (type: GraphQLCompositeType): GraphQLCompositeType => {
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    const one = random.pick(objects);
    const interfaces = one.getInterfaces().filter((each) => !isInterfaceType(type) || each !== type);
    return interfaces.length > 0 && random.chance(0.3) ? random.pick(interfaces) : one;
  };

  const fieldOf = (type: GraphQLCompositeType, depth: number, condition: string): string => {
    if (isUnionType(type)) return '__typename';
    if (type === schema.getQueryType() && random.chance(0.04)) return random.pick(introspections);
    const all = Object.values(type.getFields());
    const leaves = all.filter((field) => isLeafType(getNamedType(field.type)));
    const mustEnd = depth <= 1 || left <= 0;
    if (mustEnd && leaves.length === 0) return '__typename';
    const field = random.pick(mustEnd ? leaves : random.chance(0.4) ? all : nearer(all));
    left--;
    const args = inputs.argumentsOf(field.args);
    const fieldType = getNamedType(field.type);
    const below = isCompositeType(fieldType) ? ` ${selections(fieldType, depth - 1)}` : '';
    return `${aliasOf(field, args, all)}${field.name}${args}${condition}${below}`;
  };

  return {
    selections,
    fragments: () => fragments.map(({ name, on, body }) => `fragment ${name} on ${on} ${body}`),
  };
};

type Field = GraphQLField<unknown, unknown>;

/** Two fields that may meet under one key have to be the same field: the key says what the field is. */
const aliases = (schema: GraphQLSchema, random: Random) => {
  const isUniform = uniformFields(schema);
  return (field: Field, args: string, siblings: readonly Field[]): string => {
    if (random.chance(0.01)) return `${random.pick(siblings).name}: `;
    const isPlain = args === '' && isUniform(field.name);
    if (isPlain && !random.chance(0.15)) return '';
    const meaning = isPlain ? '' : hashOf(args, String(field.type)).toString(36);
    return `${field.name}_${meaning}${random.chance(0.3) ? random.int(3) : ''}: `;
  };
};

/** Those with objects inside, and more often those on the way to another subgraph. */
const towards = (schema: GraphQLSchema, isJoined: Terrain['isJoined'], random: Random) => {
  const distance = distancesTo(schema, isJoined);
  return (fields: readonly Field[]): readonly Field[] => {
    const composite = fields.filter((field) => isCompositeType(getNamedType(field.type)));
    const near = composite.filter((field) => distance(getNamedType(field.type).name) <= random.int(levels));
    return [near, composite, fields].find(({ length }) => length > 0) ?? fields;
  };
};

/** For each type, how many fields away the nearest joined type is. */
const distancesTo = (schema: GraphQLSchema, isJoined: (type: string) => boolean): ((type: string) => number) => {
  const known = distances.get(schema) ?? new Map<string, number>();
  if (known.size > 0) return (type) => known.get(type) ?? levels;
  distances.set(schema, known);
  const types = Object.values(schema.getTypeMap()).filter(isCompositeType);
  const nextTo = (type: GraphQLCompositeType): readonly string[] => [
    ...(isUnionType(type) ? [] : Object.values(type.getFields()).map((field) => getNamedType(field.type).name)),
    ...(isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : []),
  ];
  for (let away = 0; away < levels; away++)
    for (const type of types) {
      const isThere = away === 0 ? isJoined(type.name) : nextTo(type).some((name) => known.get(name) === away - 1);
      if (isThere && !known.has(type.name)) known.set(type.name, away);
    }
  return (type) => known.get(type) ?? levels;
};

const distances = new WeakMap<GraphQLSchema, Map<string, number>>();

/** Whether fields of that name have the same type everywhere, so that two of them may have one key. */
const uniformFields = (schema: GraphQLSchema): ((name: string) => boolean) => {
  const types = new Map<string, Set<string>>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields()))
      types.set(field.name, (types.get(field.name) ?? new Set()).add(String(field.type)));
  }
  return (name) => types.get(name)?.size === 1;
};

const introspections = [
  '__schema { queryType { name } types { name kind } }',
  '__type(name: "Query") { name fields { name type { name ofType { name } } args { name defaultValue } } }',
  'gone: __type(name: "NoSuchType") { name }',
];
