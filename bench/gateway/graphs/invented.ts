/**
 * Answers for any SDL: each field's value follows from the object it is of and its name, so that two subgraphs that are
 * asked about the same entity, by whatever path, say the same.
 */
import {
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLTypeResolver,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

interface Invented {
  readonly __typename: string;
  readonly id?: string;
  /** What its fields follow from. */
  readonly seed?: string;
  /** How many `edges` it has, if it is a page. */
  readonly size?: number;
  readonly [field: string]: unknown;
}

// As most of our own lists are.
const listLength = 3;

/** FNV-1a: short, and the same in every process. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
};

const seedOf = (source: Invented | undefined, parent: string): string =>
  source?.seed ?? (source?.id === undefined ? parent : `${parent}:${source.id}`);

export const inventField: GraphQLFieldResolver<Invented | undefined, unknown> = (source, args, _, info) => {
  const { fieldName, parentType, returnType, schema } = info;
  const given = source?.[fieldName];
  if (given !== undefined) return given;
  const { language: __, currency: ___, ...shaping } = args;
  const seed = `${seedOf(source, parentType.name)}.${fieldName}${JSON.stringify(shaping)}`;
  const size = typeof args.first === 'number' ? args.first : fieldName === 'edges' ? source?.size : undefined;
  const objectOf = (type: GraphQLObjectType, own: string): Invented => {
    if ('id' in type.getFields()) return { __typename: type.name, id: `${type.name}-${hash(own).toString(36)}` };
    return { __typename: type.name, seed: own, ...(size !== undefined && { size }) };
  };
  const valueIn = (type: GraphQLOutputType, own: string): unknown => {
    if (isNonNullType(type)) return valueIn(type.ofType, own);
    if (isListType(type))
      return Array.from({ length: size ?? listLength }, (_, at) => valueIn(type.ofType, `${own}${at}`));
    if (isObjectType(type)) return objectOf(type, own);
    if (!isAbstractType(type)) return leafOf(type, fieldName, own);
    const [first, ...more] = schema.getPossibleTypes(type);
    const happy = [first, ...more].find((one) => one?.name.endsWith('Success')) ?? first;
    return happy ? objectOf(happy, own) : null;
  };
  return valueIn(returnType, seed);
};

const leafOf = (type: GraphQLLeafType, field: string, seed: string): unknown => {
  const number = hash(seed);
  if (isEnumType(type)) return type.getValues()[number % type.getValues().length]?.value;
  if (type.name === 'Int') return number % 10_000;
  if (type.name === 'Float') return (number % 10_000) / 100;
  if (type.name === 'Boolean') return number % 2 === 0;
  if (type.name === 'DateTime') return new Date(1_750_000_000_000 + (number % 10_000_000) * 1_000).toISOString();
  return `${field} ${number.toString(36)}`;
};

export const inventType: GraphQLTypeResolver<Invented, unknown> = ({ __typename }) => __typename;
