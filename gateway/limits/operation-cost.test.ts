import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { costPolicy, operationCost } from './operation-cost.ts';

const sdl = `
  schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize", { name: "@cost", as: "@price" }]) {
    query: Query
    mutation: Mutation
  }
  directive @link(url: String, import: [Import]) repeatable on SCHEMA
  scalar Import
  directive @price(weight: Int!) on FIELD_DEFINITION | OBJECT | SCALAR
  directive @cost(weight: Int!) on FIELD_DEFINITION
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  type Query {
    shop: Shop
    name: String @cost(weight: 1000)
    items: [Item!]!
    few: [Item] @listSize(assumedSize: 3)
    page(first: Int, last: Int): Page @listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges"])
    top(count: Int = 4): [Item] @listSize(slicingArguments: ["count"])
    picture: Picture
    node: Node
    free: Shop @price(weight: 0)
    shelves: [Page] @listSize(assumedSize: 3, sizedFields: ["edges"])
  }
  type Mutation { rename: Shop  signIn: Shop @price(weight: 50) }
  type Shop { name: String  total: Int @price(weight: 5)  items: [Item] }
  interface Node { id: ID }
  type Item implements Node { id: ID  tags: [String!]  picture: Picture  page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["edges"]) }
  type Page { edges: [Edge]  others: [Edge]  total: Int }
  type Edge { node: Item }
  type Picture @price(weight: 7) { url: String  bytes: Blob }
  scalar Blob @price(weight: 2)`;
const schema = buildSchema(sdl);
const policy = costPolicy(sdl);

const costOf = (source: string, variables: Record<string, unknown> = {}) => {
  const document = parse(source);
  const operation = document.definitions.find((node) => node.kind === 'OperationDefinition');
  if (!operation) throw new Error('a document without an operation');
  return operationCost({ schema, policy, document, operation, variables });
};

test.each([
  ['a scalar is free', '{ name }', 0],
  ['an object costs one', '{ shop { name } }', 1],
  ['a list of unknown size has ten', '{ items { id tags } }', 10],
  ['a list has the size that is assumed of it', '{ few { id } }', 3],
  ['lists in lists multiply', '{ few { page(first: 2) { edges { node { id } } } } }', 3 * (1 + 1 + 2 * 2)],
  ['a page without a size has the assumed one', '{ page { edges { node { id } } total } }', 1 + 20 * 2],
  ['a page has the size that is asked for', '{ page(first: 5) { edges { node { id } } } }', 1 + 5 * 2],
  ['an empty page has nothing in it', '{ page(first: 0) { edges { node { id } } } }', 1],
  ['of two sizes the larger counts', '{ page(first: 5, last: 9) { edges { node { id } } } }', 1 + 9 * 2],
  ['the size is for the fields that it names', '{ page(first: 1) { others { node { id } } } }', 1 + 10 * 2],
  ['the default of an argument is a size', '{ top { id } }', 4],
  ['a size that is none is not believed', '{ page(first: -5) { edges { node { id } } } }', 1 + 20 * 2],
  ['a field has its own weight', '{ shop { total } }', 1 + 5],
  ['which may be nothing', '{ free { total } }', 5],
  ['a size that is for fields below is not the list’s own', '{ shelves { edges { node { id } } } }', 10 * (1 + 3 * 2)],
  ['so has a type, and a scalar', '{ picture { url bytes } }', 7 + 2],
  ['what is named like the directive and is another is not read', '{ name }', 0],
  ['a mutation costs ten', 'mutation { rename { name } }', 10],
  ['or what it says', 'mutation { signIn { name } }', 50],
  ['an alias is a second time', '{ a: few { id } b: few { id } }', 6],
  ['an interface costs as an object', '{ node { id ... on Item { picture { url } } } }', 1 + 7],
  ['a field that is left out is free', '{ few @skip(if: true) { id } items @include(if: false) { id } }', 0],
  ['of the schema a field costs one', '{ __typename __schema { types { fields { name } } } }', 4],
])('%s', (_, source, cost) => {
  expect(costOf(source)).toEqual({ cost, dependsOnVariables: false });
});

test('a list size applies through fragments, and fragments have none of their own', () => {
  const document = `{ a: page(first: 2) { ...Items } b: page(first: 3) { ... on Page { ...Items } } }
    fragment Items on Page { edges { node { id } } }`;
  expect(costOf(document).cost).toBe(1 + 2 * 2 + 1 + 3 * 2);
});

test.each([
  [{ n: 7 }, 1 + 7 * 2],
  [{}, 1 + 2 * 2],
  [{ n: null }, 1 + 20 * 2],
  [{ n: 'many' }, 1 + 20 * 2],
  [{ n: {} }, 1 + 20 * 2],
  [{ n: 2_147_483_647 }, 1 + 2_147_483_647 * 2],
])('variables %o change the page size', (variables, cost) => {
  const source = 'query ($n: Int = 2) { page(first: $n) { edges { node { id } } } }';
  expect(costOf(source, variables)).toMatchObject({ cost, dependsOnVariables: true });
});

test('a variable can leave a field out', () => {
  const source = 'query ($all: Boolean!) { few @include(if: $all) { id } shop @skip(if: $all) { name } }';
  expect([costOf(source, { all: true }).cost, costOf(source, { all: false }).cost]).toEqual([3, 1]);
});

test('variables that are only passed on change nothing', () => {
  expect(costOf('query ($id: ID) { shop { name @tag(id: $id) } }').dependsOnVariables).toBe(false);
});

test('survives a fragment bomb with a page in every layer', () => {
  const layers = 100;
  const page = (i: number) => `page(first: $n) { edges { node { ...F${i} } } }`;
  const bomb = Array.from(
    { length: layers },
    (_, i) => `fragment F${i} on Item { a: ${page(i + 1)} b: ${page(i + 1)} }`,
  ).join('\n');
  const source = `query ($n: Int) { few { ...F0 } } ${bomb} fragment F${layers} on Item { id }`;
  expect(costOf(source, { n: 1 }).cost).toBeGreaterThan(2 ** layers);
});

test('a graph without cost directives has the defaults', () => {
  const unpriced = costPolicy('type Query { items: [Item] @listSize(assumedSize: 1) } type Item { id: ID }');
  expect([...unpriced.listSizes, ...unpriced.weights]).toEqual([]);
});
