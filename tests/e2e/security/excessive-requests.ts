/** Excessive requests: each is refused by its own limit. */
import { gql, nested, type Row, raw, times } from './requests.ts';

export const excessiveRequests: readonly Row[] = [
  [
    'a hundred sign-ins',
    gql(
      `mutation { ${times(100, (i) => `a${i}: signIn(input: {email: "a@b.c", password: "p${i}"}) { __typename }`)} }`,
    ),
    400,
    'ROOT_FIELD_LIMIT_EXCEEDED',
  ],
  ['hundreds of __typename', gql(`{ ${times(500, (i) => `a${i}: __typename`)} }`), 400, 'ROOT_FIELD_LIMIT_EXCEEDED'],
  [
    'a field under many names',
    gql(`{ categories { ${times(300, (i) => `a${i}: name`)} } }`),
    400,
    'ALIAS_LIMIT_EXCEEDED',
  ],
  [
    'a chain of parents',
    gql(`{ product(slug: "x") { category { ${nested(40, 'parent { ', 'name', ' }')} } } }`),
    400,
    'DEPTH_LIMIT_EXCEEDED',
  ],
  [
    'directives everywhere',
    gql(`{ categories { ${times(100, () => 'name @include(if: true)')} } }`),
    400,
    'DIRECTIVE_LIMIT_EXCEEDED',
  ],
  [
    'directives that there are not',
    gql(`{ categories ${'@a'.repeat(1_900)} { name } }`),
    400,
    'DIRECTIVE_LIMIT_EXCEEDED',
  ],
  [
    'a fragment a component, for a hundred',
    gql(
      `{ categories { ${times(100, (i) => `...F${i}`)} } } ${times(100, (i) => `fragment F${i} on Category { name }`)}`,
    ),
    400,
    'FRAGMENT_LIMIT_EXCEEDED',
  ],
  [
    'fragments that double, forty times',
    gql(
      `{ categories { ...F0 } } ${times(40, (i) => `fragment F${i} on Category { ...F${i + 1} ...F${i + 1} }`)} fragment F40 on Category { name }`,
    ),
    400,
    'FIELD_LIMIT_EXCEEDED',
  ],
  [
    'a fragment in itself',
    gql('{ categories { ...A } } fragment A on Category { ...B } fragment B on Category { ...A }'),
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['one field, 10,000 times', gql(`{ categories { ${'name '.repeat(10_000)} } }`), 400, 'DOCUMENT_LIMIT_EXCEEDED'],
  ['a document of comments', gql(`${'#\n'.repeat(8_200)}{ __typename }`), 400, 'DOCUMENT_LIMIT_EXCEEDED'],
  ['one field, 5,000 times', gql(`{ categories { ${'id '.repeat(5_000)} } }`), 400, 'GRAPHQL_PARSE_FAILED'],
  ['one field, as often as is read', gql(`{ categories { ${'id '.repeat(3_900)} } }`), 400, 'FIELD_LIMIT_EXCEEDED'],
  ['one list, as often as it may be', gql(`{ ${'categories{id} '.repeat(990)} }`), 400, 'ROOT_FIELD_LIMIT_EXCEEDED'],
  [
    'lists in lists',
    gql(
      '{ products(first: 100) { edges { node { category { products(first: 100) { edges { node { title } } } } } } } }',
    ),
    400,
    'COST_LIMIT_EXCEEDED',
  ],
  ['a page without end', gql('{ products(first: 2147483647) { edges { node { title } } } }'), 400, 'BAD_USER_INPUT'],
  [
    'the schema in the schema',
    gql(`{ __schema { types { ${nested(8, 'fields { type { ', 'name', ' } }')} } } }`),
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'hundreds of names that there are not',
    gql(`{ categories { ${times(450, (i) => `nam${i}`)} } }`),
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'brackets, as deep as is read',
    gql(`{ product(slug: ${nested(190, '[', '', ']')}) { title } }`),
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['selections, as deep as is read', gql(nested(190, '{ a ', '', '}')), 400, 'DEPTH_LIMIT_EXCEEDED'],
  ['selections, deeper than is read', gql(nested(1_300, '{ a ', '', '}')), 400, 'GRAPHQL_PARSE_FAILED'],
  ['a batch', raw(`[${times(50, () => '{"query":"{ __typename }"}', ',')}]`), 400, 'BATCHING_NOT_SUPPORTED'],
];
