/** Requests that are too large or too deep, or use the names of object internals. */
import { gql, nested, product, type Row, raw } from './requests.ts';

export const malformedRequests: readonly Row[] = [
  ['variables of 200 KB', gql(product, { variables: { x: 'x'.repeat(200_000) } }), 400, 'VARIABLES_LIMIT_EXCEEDED'],
  ['a body of 300 KB', gql(product, { variables: { x: 'x'.repeat(300_000) } }), 413, 'PAYLOAD_TOO_LARGE'],
  ['a body of 2 MB', gql(product, { variables: { x: 'x'.repeat(2_000_000) } }), 413, 'PAYLOAD_TOO_LARGE'],
  [
    'variables 120,000 levels deep',
    raw(`{"query":"{ __typename }","variables":{"x":${nested(120_000, '[', '', ']')}}}`),
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  [
    'variables 20,000 levels deep',
    raw(`{"query":"{ __typename }","variables":{"x":${nested(20_000, '[', '', ']')}}}`),
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  [
    'an id 20,000 levels deep',
    raw(
      `{"query":"query ($s: String) { product(slug: $s) { title } }","variables":{"s":${nested(20_000, '[', '', ']')}}}`,
    ),
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  [
    'an input 20,000 levels deep',
    raw(
      `{"query":"mutation ($i: SignInInput!) { signIn(input: $i) { __typename } }","variables":{"i":${nested(20_000, '{"email":', '1', '}')}}}`,
    ),
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  [
    'an extension 20,000 levels deep',
    raw(`{"query":"{ __typename }","extensions":{"x":${nested(20_000, '[', '', ']')}}}`),
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  [
    'a __proto__ in the variables',
    raw(`{"query":"{ __typename }","variables":{"__proto__":{"admin":true}}}`),
    400,
    'BAD_REQUEST',
  ],
  [
    'a constructor with a prototype',
    raw(`{"query":"{ __typename }","variables":{"constructor":{"prototype":{"admin":true}}}}`),
    400,
    'BAD_REQUEST',
  ],
  [
    'a __proto__ in an input',
    gql('mutation { signIn(input: { __proto__: { email: "a" }, password: "b" }) { __typename } }'),
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'an unknown key in an input',
    gql('mutation ($i: SignInInput!) { signIn(input: $i) { __typename } }', {
      variables: { i: { email: 'a@b.c', password: 'x', constructor: 1 } },
    }),
    400,
    'BAD_USER_INPUT',
  ],
  [
    'variables named like parts of an object',
    gql(
      'query ($toString: Int, $constructor: Int) { a: products(first: $toString) { totalCount } b: products(first: $constructor) { totalCount } }',
      {},
    ),
    200,
    null,
  ],
  ['a field named like parts of an object', gql('{ constructor }'), 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['an alias named __proto__', gql('{ __proto__: __typename }'), 200, null],
  [
    'an integer beyond 32 bits',
    gql('{ products(first: 99999999999999999999) { totalCount } }'),
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'an integer beyond all numbers',
    raw('{"query":"query ($n: Int) { products(first: $n) { totalCount } }","variables":{"n":1e999}}'),
    400,
    'BAD_USER_INPUT',
  ],
];
