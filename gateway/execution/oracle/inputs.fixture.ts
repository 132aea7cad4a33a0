/** Random arguments and variables for a generated operation. */
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import type { Random } from './random.fixture.ts';

export interface Inputs {
  /** `(name: value, …)`, or nothing. */
  readonly argumentsOf: (args: readonly Argument[]) => string;
  /** `@skip(…)` or `@include(…)`, or both. */
  readonly condition: () => string;
  /** `($name: Type = default, …)`, or nothing. */
  readonly definitions: () => string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Argument {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue?: unknown;
}

// Deeper ones have only the fields they need; inputs may refer to themselves.
const inputDepth = 3;

export const inputsOf = (random: Random): Inputs => {
  const definitions = new Map<string, string>();
  const values: Record<string, unknown> = {};
  const conditions: string[] = [];

  const variable = (type: GraphQLInputType): string => {
    // The name that the entity fetches use themselves.
    const name =
      random.chance(0.01) && !definitions.has('representations') ? 'representations' : `v${definitions.size}`;
    const isRequired = isNonNullType(type);
    const defaulted = random.chance(0.25) ? ` = ${constant(isRequired ? type.ofType : type)}` : '';
    const declared = isRequired && defaulted && random.chance(0.5) ? type.ofType : type;
    definitions.set(name, `$${name}: ${declared}${defaulted}`);
    const mayBeLeftOut = !isRequired || defaulted !== '';
    if (mayBeLeftOut && random.chance(0.25)) return `$${name}`;
    values[name] = valueFor(declared, random, isRequired ? nonNull : 0);
    return `$${name}`;
  };

  /** `leaf` says what stands for a value inside: a variable, perhaps. */
  const literal = (type: GraphQLInputType, depth: number, inner = nested): string => {
    if (isNonNullType(type)) return literal(type.ofType, Math.max(depth, nonNull), inner);
    if (depth === 0 && random.chance(0.1)) return 'null';
    if (isListType(type)) return `[${times(random.int(3), () => inner(type.ofType, depth)).join(', ')}]`;
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (!isInputObjectType(type)) return JSON.stringify(scalar(type.name, random));
    // A variable for a field of a @oneOf input would have to be non-null.
    const value = type.isOneOf ? constant : inner;
    return `{${fieldsOf(type, depth, random)
      .map((field) => `${field.name}: ${value(field.type, depth + 1)}`)
      .join(', ')}}`;
  };
  const nested = (type: GraphQLInputType, depth: number): string =>
    random.chance(0.1) ? variable(type) : literal(type, depth);
  const constant = (type: GraphQLInputType, depth: number = nonNull): string =>
    literal(type, Math.max(depth, nonNull), constant);

  const flag = (): string => {
    if (random.chance(0.3)) return String(random.chance(0.5));
    if (conditions.length > 0 && random.chance(0.5)) return random.pick(conditions);
    const name = `c${conditions.length}`;
    const [type, isGiven] = random.pick([
      ['Boolean!', true],
      ['Boolean! = true', false],
      ['Boolean = false', random.chance(0.5)],
    ] as const);
    definitions.set(name, `$${name}: ${type}`);
    if (isGiven) values[name] = random.chance(0.6);
    conditions.push(`$${name}`);
    return `$${name}`;
  };

  return {
    argumentsOf: (args) => {
      const given = args
        .filter((arg) => (isNonNullType(arg.type) && arg.defaultValue === undefined) || random.chance(0.4))
        .map(({ name, type }) => `${name}: ${random.chance(0.5) ? variable(type) : literal(type, 0)}`);
      return given.length > 0 ? `(${given.join(', ')})` : '';
    },
    condition: () => {
      const [skip, include] = [`@skip(if: ${flag()})`, `@include(if: ${flag()})`];
      return random.pick([skip, include, include, `${skip} ${include}`]);
    },
    definitions: () => (definitions.size > 0 ? `(${[...definitions.values()].join(', ')})` : ''),
    values,
  };
};

/** A value for a variable of that type. */
export const valueFor = (type: GraphQLInputType, random: Random, depth = 0): unknown => {
  if (isNonNullType(type)) return valueFor(type.ofType, random, Math.max(depth, nonNull));
  if (depth === 0 && random.chance(0.1)) return null;
  if (isListType(type)) return times(random.int(3), () => valueFor(type.ofType, random, depth));
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (!isInputObjectType(type)) return scalar(type.name, random);
  const inside = type.isOneOf ? nonNull : depth + 1;
  return Object.fromEntries(
    fieldsOf(type, depth, random).map((field) => [field.name, valueFor(field.type, random, inside)]),
  );
};

/** A depth at which a value may no longer be null. */
const nonNull = 1;

const times = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one);

const fieldsOf = (type: GraphQLInputObjectType, depth: number, random: Random) => {
  const fields = Object.values(type.getFields());
  if (type.isOneOf) return [random.pick(fields)];
  return fields.filter((field) => isRequiredInputField(field) || (depth < inputDepth && random.chance(0.3)));
};

const scalar = (name: string, random: Random): unknown => {
  if (name === 'Int') return random.int(100) - 20;
  if (name === 'Float') return random.int(1_000) / 8;
  if (name === 'Boolean') return random.chance(0.5);
  return random.pick(['a', 'b"\\\n', '한국어', '']) + random.int(5);
};
