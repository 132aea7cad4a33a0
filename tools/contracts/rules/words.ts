import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { breach } from '../check.ts';
import type { Rule } from './graph.ts';

interface Described {
  readonly at: string;
  readonly description: string | null | undefined;
}

const typesOf = (api: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(api.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

const roots = new Set(['Query', 'Mutation']);

const partsOf = (type: GraphQLNamedType): Described[] => {
  if (isEnumType(type))
    return type.getValues().map(({ name, description }) => ({ at: `${type.name}.${name}`, description }));
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map(({ name, description }) => ({
      at: `${type.name}.${name}`,
      description,
    }));
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap(({ name, description, args }) => [
    { at: `${type.name}.${name}`, description },
    ...args.map((arg) => ({ at: `${type.name}.${name}(${arg.name}:)`, description: arg.description })),
  ]);
};

/** Types, fields, arguments, enum values and input fields: the playground and generated code show them. */
export const everythingIsDescribed: Rule = ({ api }) =>
  typesOf(api)
    .flatMap((type) => [
      ...(roots.has(type.name) ? [] : [{ at: type.name, description: type.description }]),
      ...partsOf(type),
    ])
    .filter(({ description }) => !description?.trim())
    .map(({ at }) =>
      breach(at, 'has no description.', 'Write one above it in the SDL: the playground and generated code show it.'),
    );

/** Money is whole minor units; a fraction that cannot be told exactly has no place beside it. */
export const nothingIsAFloat: Rule = ({ api }) =>
  typesOf(api).flatMap((type) => {
    const fields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? type.getFields() : {};
    return Object.values(fields)
      .flatMap((field: GraphQLField<unknown, unknown> | GraphQLInputField) => [
        { at: `${type.name}.${field.name}`, named: String(field.type) },
        ...('args' in field ? field.args : []).map((arg) => ({
          at: `${type.name}.${field.name}(${arg.name}:)`,
          named: String(arg.type),
        })),
      ])
      .filter(({ named }) => named.replace(/[[\]!]/g, '') === 'Float')
      .map(({ at }) =>
        breach(
          at,
          'is a Float, which cannot hold every decimal fraction.',
          'Count in a smaller unit, as an Int (minor units, hundredths, grams), and say the unit in the description.',
        ),
      );
  });

export const moneyIsWholeMinorUnits: Rule = ({ api }) =>
  ['Money', 'MoneyInput'].flatMap((name) => {
    const type = api.getType(name);
    const fields = isObjectType(type) || isInputObjectType(type) ? type.getFields() : {};
    const shape = Object.values(fields).map((field) => `${field.name}: ${field.type}`);
    const isMoney = shape.toSorted().join() === 'amount: Int!,currency: Currency!';
    return isMoney
      ? []
      : [
          breach(
            name,
            'must be amount: Int!, currency: Currency!.',
            'Money is whole minor units of one currency in each subgraph: leave it so, and put what is new beside it.',
          ),
        ];
  });
