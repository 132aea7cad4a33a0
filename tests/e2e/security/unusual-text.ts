/** Invalid, ambiguous or unusual text. */
import { gql, product, type Row, raw } from './requests.ts';

export const unusualText: readonly Row[] = [
  ['a name in another alphabet', gql('{ prоduct(slug: "x") { title } }'), 400, 'GRAPHQL_PARSE_FAILED'],
  ['a control character between names', gql('{ product\u0000(slug: "x") { title } }'), 400, 'GRAPHQL_PARSE_FAILED'],
  ['a text with a null character, escaped', gql('{ product(slug: "a\\u0000b") { title } }'), 200, null],
  [
    'a null character in a variable',
    gql('query ($s: String) { product(slug: $s) { title } }', { variables: { s: 'a\u0000b' } }),
    200,
    null,
  ],
  [
    'half a character',
    gql('query ($s: String) { product(slug: $s) { title } }', { variables: { s: '\ud800' } }),
    200,
    null,
  ],
  ['half a character in the document', gql('{ product(slug: "\\uD800") { title } }'), 400, 'GRAPHQL_PARSE_FAILED'],
  ['a null character in a cursor', gql('{ products(after: "\\u0000") { totalCount } }'), 200, 'BAD_USER_INPUT'],
  ['text that runs backwards, and emoji', gql('{ product(slug: "\u202e👩‍👩‍👧‍👦") { title } }'), 200, null],
  ['a mark of byte order', gql(`\ufeff${product}`), 200, null],
  ['bytes that are no text', raw(Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d])), 400, 'BAD_REQUEST'],
  ['SQL', gql(`{ product(slug: "'; DROP TABLE product; --") { title } }`), 200, null],
  ['a name of an operation as long as may be', gql(`query ${'A'.repeat(16_000)} { __typename }`), 200, null],
  ['one without end', gql(`query ${'A'.repeat(100_000)} { __typename }`), 400, 'DOCUMENT_LIMIT_EXCEEDED'],
  ['a name of an operation that is none', gql('{ __typename }', { operationName: { $ne: 1 } }), 400, 'BAD_REQUEST'],
  ['extensions that are none', gql('{ __typename }', { extensions: 'x' }), 400, 'BAD_REQUEST'],
];
