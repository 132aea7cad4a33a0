import { getIntrospectionQuery, parse } from 'graphql';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { documentShape } from './shape-limits.ts';
import { limitsVariables } from './variables.ts';

const shapeOf = (source: string) => documentShape(parse(source));

test.each([
  ['{ a }', { depth: 1, rootFields: 1, fields: 1 }],
  ['{ a { b { c } } d { e } }', { depth: 3, rootFields: 2, fields: 5 }],
  ['{ x: a y: __typename }', { aliases: 2, rootFields: 2 }],
  ['query ($x: Boolean!) @q { a @skip(if: $x) { ... @include(if: $x) { b } } }', { directives: 3, fragments: 1 }],
  ['{ ... { a { ... on T { b } } } }', { depth: 2, rootFields: 1, fields: 2, fragments: 2 }],
])('%s is counted', (source, expected) => {
  expect(shapeOf(source)).toMatchObject(expected);
});

test('a fragment counts wherever it is spread', () => {
  const fragment = 'fragment F on T @d { x: b c { d } }';
  expect(shapeOf(`{ a { ...F ...F } ...F @e } ${fragment}`)).toEqual({
    depth: 3,
    rootFields: 3,
    fields: 1 + 3 * 3,
    aliases: 3,
    directives: 3 + 1,
    fragments: 1,
  });
});

test('survives a fragment bomb', () => {
  const layers = 300;
  const bomb = Array.from({ length: layers }, (_, i) => `fragment F${i} on T { ...F${i + 1} ...F${i + 1} }`).join('\n');
  const { fields, fragments } = shapeOf(`{ ...F0 } ${bomb} fragment F${layers} on T { a }`);
  expect([fields, fragments]).toEqual([2 ** layers, layers + 1]);
});

test('the largest of several operations and unused fragments counts', () => {
  expect(shapeOf('query A { a } query B { a b c } query C { a { b } }')).toMatchObject({
    rootFields: 3,
    fields: 3,
    depth: 2,
  });
  expect(shapeOf('{ a } fragment F on T { x: a b { c { d } } }')).toMatchObject({
    rootFields: 1,
    fields: 4,
    aliases: 1,
    depth: 3,
  });
});

test('an invalid document is counted, too', () => {
  expect(shapeOf('{ ...A ...Missing } fragment A on T { a ...B } fragment B on T { b ...A }')).toMatchObject({
    fields: 2,
  });
  expect(shapeOf('type T { a: Int }')).toMatchObject({ fields: 0, depth: 0 });
});

test('the introspection query is within every default', () => {
  const shape = shapeOf(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }));
  const limits = z.object(limitsVariables).parse({});
  expect(shape.depth).toBeLessThan(limits.LIMIT_DEPTH);
  expect(shape.fields).toBeLessThan(limits.LIMIT_FIELDS);
  expect(shape.fragments).toBeLessThan(limits.LIMIT_FRAGMENTS);
  // What it costs: a field each.
  expect(shape.fields).toBeLessThan(limits.LIMIT_COST_GUEST);
});
