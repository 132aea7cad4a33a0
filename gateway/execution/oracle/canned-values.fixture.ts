/**
 * A world in which everything is known: what a field of an object is follows from which object it is. Each value says
 * whose it is (`Book.title#3`), so one that ended up with another object shows.
 */
import {
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
} from 'graphql';
import { chosen, hashOf, shareOf } from './random.fixture.ts';

export interface Thing {
  readonly type: GraphQLObjectType;
  readonly number: number;
  /** Digest of the representation that it was asked for with. */
  readonly asked: string;
  /** Of something without a key: what it depends on besides its owner, as the arguments that it was selected with. */
  readonly context: string;
  /** Whose request it is for: what a viewer gets says so. */
  readonly viewer: string;
}

// Few, so that the same entity is met on many paths.
const entities = 7;

/** Of an entity that is met at that place. */
export const entityAt = (...place: readonly (string | number)[]): number => hashOf(...place) % entities;

/** Of something without a key: as its owner's, so that a key within tells which entity it is of. */
export const partOf = (owner: number, index: number): number => (owner + index * 10) % 1_000;

/** A number that is at home in a representation: its entity's. */
export const numberIn = (representation: Readonly<Record<string, unknown>>): number => {
  const values = Object.entries(representation).filter(([key]) => key !== '__typename');
  for (const [, value] of values) {
    const [, digits] = /#(\d+)/.exec(typeof value === 'string' ? value : '') ?? [];
    if (digits) return Number(digits);
    if (typeof value === 'number') return Math.abs(Math.trunc(value)) % 1_000;
  }
  // An object without a key has the number of the one it belongs to.
  const [inner] = values.flatMap(([, value]) => (isObject(value) ? [value] : []));
  if (inner) return numberIn(inner);
  return hashOf(digestOf(Object.fromEntries(values))) % entities;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same for the same value, whatever the order of its keys. */
export const digestOf = (value: unknown): string =>
  hashOf(
    JSON.stringify(value, (_, inner: unknown) =>
      inner && typeof inner === 'object' && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ),
  ).toString(36);

/** What every subgraph takes an object of an abstract type for, if it knows the type. */
export const typeOf = (schema: GraphQLSchema, type: GraphQLAbstractType, number: number): GraphQLObjectType =>
  chosen(
    schema.getPossibleTypes(type).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    'type',
    number,
  );

const oddities = ['"\\', '\n\t', '\u2028', '한국어', '😀', '</script>'];

/** `about` is what the value depends on besides its object: arguments, and what a field requires. */
export const leafOf = (
  type: GraphQLLeafType,
  { type: owner, number, viewer }: Thing,
  field: string,
  about: string,
): unknown => {
  const place = [field, number, about] as const;
  if (isEnumType(type)) return chosen(type.getValues(), owner.name, ...place).name;
  const own = `${type.name === 'ID' ? '' : `${owner.name}.`}${field}${about && `(${about})`}`;
  switch (type.name) {
    case 'Int':
      return (hashOf(own) % 1_000) * 1_000 + number;
    case 'Float':
      return (hashOf(own) % 1_000) * 1_000 + number + 0.5;
    case 'Boolean':
      return shareOf(own, number) < 0.5;
    case 'JSON':
      return chosen(
        [
          { of: `${own}#${number}${viewer && `@${viewer}@`}`, list: [1, { deep: null }] },
          [number, own],
          number,
          own,
          true,
        ],
        own,
        number,
      );
    default:
      return `${own}#${number}${viewer && `@${viewer}@`}${shareOf('odd', own, number) < 0.1 && type.name !== 'ID' ? chosen(oddities, own) : ''}`;
  }
};
