import { GraphQLEnumType, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLScalarType, GraphQLString } from 'graphql';
import { expect, it } from 'vitest';
import { leafWriter } from './leaves.ts';

const colour = new GraphQLEnumType({ name: 'Colour', values: { RED: {}, BLUE: {} } });
const json = new GraphQLScalarType({ name: 'JSON' });

it.each([
  [GraphQLInt, 5, '5'],
  [GraphQLInt, -2_147_483_648, '-2147483648'],
  [GraphQLInt, 2_147_483_648, undefined],
  [GraphQLInt, 1.5, undefined],
  [GraphQLInt, '5', undefined],
  [GraphQLFloat, 1.5, '1.5'],
  [GraphQLFloat, 1e21, '1e+21'],
  [GraphQLFloat, Number.POSITIVE_INFINITY, undefined],
  [GraphQLFloat, '1', undefined],
  [GraphQLString, 'a "b"\n\ud800', '"a \\"b\\"\\n\\ud800"'],
  [GraphQLString, '한국어 💡', '"한국어 💡"'],
  [GraphQLString, 5, undefined],
  [GraphQLID, 5, '"5"'],
  [GraphQLID, 'x', '"x"'],
  [GraphQLID, 1.5, undefined],
  [colour, 'RED', '"RED"'],
  [colour, 'constructor', undefined],
  [json, { a: [1, null] }, '{"a":[1,null]}'],
] as const)('%s %o is written as %s', (type, value, text) => {
  expect(leafWriter(type)(value)).toBe(text);
});
