import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { fieldsOf, linkedDirective, typeDefinitions } from './supergraph-directives.ts';

const specification = 'https://specs.example/price';

/** What a reader of `directive` finds on the one field of a schema with that link. */
const found = (link: string, field: string, directive = 'tax') => {
  const document = parse(`schema ${link} { query: Query } type Query { field: Int ${field} }`);
  const [type] = typeDefinitions(document);
  return linkedDirective(document, specification, directive)(type && fieldsOf(type)[0]?.directives);
};
const url = `url: "${specification}/v1.2"`;

test.each([
  ['imported', `@link(${url}, import: ["@tax"])`, '@tax(rate: 7)', { rate: 7 }],
  ['renamed', `@link(${url}, import: [{ name: "@tax", as: "@vat" }])`, '@vat(rate: 7)', { rate: 7 }],
  ['behind the name of the specification', `@link(${url})`, '@price__tax(rate: 7)', { rate: 7 }],
  ['behind a prefix', `@link(${url}, as: "p")`, '@p__tax(rate: 7)', { rate: 7 }],
  ['not under a name that it was not imported with', `@link(${url})`, '@tax(rate: 7)', undefined],
  ['not of another specification', '@link(url: "https://other/tax/v1", import: ["@tax"])', '@tax', undefined],
  ['not without a link', '@other', '@tax', undefined],
  ['not where it does not stand', `@link(${url}, import: ["@tax"])`, '@deprecated', undefined],
])('a directive is found %s', (_, link, field, expected) => {
  expect(found(link, field)).toEqual(expected);
});

test('a directive named like its specification needs no import', () => {
  expect(found(`@link(${url})`, '@price(weight: 1)', 'price')).toEqual({ weight: 1 });
  expect(found(`@link(${url}, as: "p")`, '@p(weight: 1)', 'price')).toEqual({ weight: 1 });
});
