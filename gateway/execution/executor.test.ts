/** The compiled executor over subgraphs whose every answer is given here. That it answers as stock does: oracle/. */
import { beforeEach, describe, expect, it } from 'vitest';
import { supergraphOf } from '#kit/gateway/gateway.ts';
import { DataText } from '../graphql/response-text.ts';
import { type Answer, entities, givenAnswers } from './given-answers.fixture.ts';

const federated = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external"])`;
const supergraph = supergraphOf({
  catalogue: `${federated}
    type Query { products(first: Int, after: String): [Product!] best: Product worst: Product thing: Thing sizes: [[Int!]!] anything: JSON }
    type Product @key(fields: "sku") { sku: ID! title: String! price: Int colour: Colour weight: Float related: [Product!] constructor: String }
    type Service { name: String }
    union Thing = Product | Service
    enum Colour { RED BLUE }
    scalar JSON`,
  stock: `${federated}
    type Query { warehouse: String heaviest: [Product] shelf: Shelf }
    type Shelf { product: Product! }
    type Product @key(fields: "sku") { sku: ID! weight: Float @external onHand(in: String): Int postage: Int @requires(fields: "weight") bin: Bin }
    type Bin { row: Int! }`,
});

const { execute, asked, fallbacks, plansMade, reset } = await givenAnswers(supergraph);
beforeEach(reset);

const product = (sku: string, more: object = {}) => ({ __typename: 'Product', sku, ...more });
const products = (...skus: string[]) => ({ data: { products: skus.map((sku) => product(sku)) } });
const onHand: Answer = (_, representations) => ({
  data: { _entities: representations.map(({ sku }) => ({ onHand: Number(sku) })) },
});

describe('an entity at several positions', () => {
  it('is asked for once and is at all of them', async () => {
    const { data } = await execute('{ products { sku onHand } }', {
      catalogue: () => products('1', '2', '1', '1'),
      stock: onHand,
    });
    expect(data).toEqual({
      products: ['1', '2', '1', '1'].map((sku) => ({ sku, onHand: Number(sku) })),
    });
    expect(asked[1]?.request.variables).toEqual({ representations: [product('1'), product('2')] });
  });

  it('has its error at all of them', async () => {
    const { errors } = await execute('{ products { sku onHand } }', {
      catalogue: () => products('1', '2', '1'),
      stock: () => ({
        data: { _entities: [{ onHand: null }, { onHand: 2 }] },
        errors: [{ message: 'No.', path: ['_entities', 0, 'onHand'], extensions: { code: 'BUSY' } }],
      }),
    });
    expect(errors?.map(({ path }) => path)).toEqual([
      ['products', 0, 'onHand'],
      ['products', 2, 'onHand'],
    ]);
  });

  it('is not mixed up with one of the same key that differs', async () => {
    const { data } = await execute('{ products { title onHand } }', {
      catalogue: () => ({ data: { products: [product('1', { title: 'a' }), product('1', { title: 'b' })] } }),
      stock: onHand,
    });
    expect(data).toEqual({
      products: [
        { title: 'a', onHand: 1 },
        { title: 'b', onHand: 1 },
      ],
    });
  });
});

it('a question that two places of the plan have is sent once, and what is added to one answer is not in the other', async () => {
  const catalogue = () => ({ data: { best: product('7'), worst: product('7') } });
  const { data } = await execute('{ best { onHand } worst { onHand bin { row } } }', {
    catalogue,
    stock: entities((_, selection) => (selection.includes('bin') ? { onHand: 7, bin: { row: 1 } } : { onHand: 7 })),
  });
  expect(data).toEqual({ best: { onHand: 7 }, worst: { onHand: 7, bin: { row: 1 } } });
  reset();
  const same = await execute('{ best { onHand } worst { onHand } }', { catalogue, stock: onHand });
  expect(same.data).toEqual({ best: { onHand: 7 }, worst: { onHand: 7 } });
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['catalogue', 'stock']);
});

describe('the response has', () => {
  it('keys in the order of the selections, merged as they first appear', async () => {
    const query = '{ best { title } warehouse best { ...Rest title } } fragment Rest on Product { price ... { sku } }';
    const { data } = await execute(query, {
      catalogue: () => ({ data: { best: { sku: '1', price: 2, title: 'a', __typename: 'Product' } } }),
      stock: () => ({ data: { warehouse: 'w' } }),
    });
    expect(JSON.stringify(data)).toBe('{"best":{"title":"a","price":2,"sku":"1"},"warehouse":"w"}');
  });

  it('what its conditions select, for each choice of variables', async () => {
    const query =
      'query ($a: Boolean!, $b: Boolean = true) { best { sku @skip(if: $a) title @include(if: $b) price @skip(if: true) } }';
    const catalogue = () => ({ data: { best: product('1', { title: 't' }) } });
    const dataWith = async (variables: Record<string, unknown>) =>
      (await execute(query, { catalogue }, { variables })).data;
    expect(await dataWith({ a: true })).toEqual({ best: { title: 't' } });
    expect(await dataWith({ a: false, b: false })).toEqual({ best: { sku: '1' } });
    expect(await dataWith({ a: true, b: false })).toEqual({ best: {} });
  });

  it('the members of a union by their own selections', async () => {
    const query = '{ thing { __typename kind: __typename ... on Product { sku } ... on Service { name } } }';
    const catalogue = () => ({ data: { thing: { __typename: 'Service', kind: 'Service', name: 'n' } } });
    expect((await execute(query, { catalogue })).data).toEqual({
      thing: { __typename: 'Service', kind: 'Service', name: 'n' },
    });
  });

  it('introspection, also where variables or aliases are in it', async () => {
    const query =
      'query ($of: String!) { a: __type(name: $of) { name } __schema { queryType { ...N } } __typename } fragment N on __Type { name }';
    const { data } = await execute(query, {}, { variables: { of: 'Colour' } });
    expect(data).toEqual({ a: { name: 'Colour' }, __schema: { queryType: { name: 'Query' } }, __typename: 'Query' });
  });

  it('the operation that was named, of several', async () => {
    const query = 'query A { warehouse } query B { w: warehouse }';
    const stock: Answer = ({ query: sent }) => ({ data: sent.includes('w:') ? { w: 'b' } : { warehouse: 'a' } });
    expect((await execute(query, { stock }, { operationName: 'B' })).data).toEqual({ w: 'b' });
    expect((await execute(query, { stock }, { operationName: 'A' })).data).toEqual({ warehouse: 'a' });
  });

  it('its text where that is taken, unless there are errors', async () => {
    const stock = () => ({ data: { warehouse: 'w' } });
    const { data } = await execute('{ warehouse }', { stock }, { takesText: true });
    expect(data).toEqual(new DataText('{"warehouse":"w"}'));
    const away = () => ({ data: null, errors: [{ message: 'Away.' }] });
    const failed = await execute('{ warehouse }', { stock: away }, { takesText: true });
    expect(failed.data).toEqual({ warehouse: null });
  });
});

describe('an entity that its subgraph does not have', () => {
  const gone: Answer = (_, representations) => ({
    data: { _entities: representations.map(({ sku }) => (sku === '2' ? null : { title: `T${sku}` })) },
  });

  it('is null where it may be, without an error: nothing has failed', async () => {
    const stock = () => ({ data: { heaviest: [product('1'), product('2'), product('2')] } });
    const { data, errors } = await execute('{ heaviest { sku title } }', { catalogue: gone, stock });
    expect([data, errors]).toEqual([{ heaviest: [{ sku: '1', title: 'T1' }, null, null] }, undefined]);
  });

  it('costs what may not be null, with an error there', async () => {
    const stock = () => ({ data: { shelf: { product: product('2') } } });
    const { data, errors } = await execute('{ shelf { product { title } } }', { catalogue: gone, stock });
    expect(data).toEqual({ shelf: null });
    expect(errors?.map(({ path }) => path)).toEqual([['shelf', 'product']]);
  });

  it('keeps what others say of it where nothing is missing', async () => {
    const stock = () => ({ data: { heaviest: [product('2', { onHand: 3 })] } });
    const { data, errors } = await execute('{ heaviest { sku onHand price } }', { catalogue: gone, stock });
    expect([data, errors]).toEqual([{ heaviest: [{ sku: '2', onHand: 3, price: null }] }, undefined]);
  });
});

describe('a value that the schema does not allow is null, and an error', () => {
  const best = (fields: object) => () => ({ data: { best: product('1', fields) } });
  it.each([
    ['an Int beyond 32 bits', '{ best { price } }', best({ price: 3e9 }), { best: { price: null } }, ['best', 'price']],
    [
      'an object for a list',
      '{ best { related { sku } } }',
      best({ related: {} }),
      { best: { related: null } },
      ['best', 'related'],
    ],
    ['a list for an object', '{ best { sku } }', () => ({ data: { best: [] } }), { best: null }, ['best']],
    [
      'an unknown type',
      '{ thing { __typename } }',
      () => ({ data: { thing: { __typename: 'X' } } }),
      { thing: null },
      ['thing'],
    ],
    [
      'a type of another kind',
      '{ best { sku } }',
      () => ({ data: { best: { __typename: 'Service', sku: '1' } } }),
      { best: null },
      ['best'],
    ],
    [
      'null in a list of lists',
      '{ sizes }',
      () => ({ data: { sizes: [[1], [2, null]] } }),
      { sizes: null },
      ['sizes', 1, 1],
    ],
    ['null without a reason', '{ best { title } }', best({}), { best: null }, ['best', 'title']],
  ] as const)('%s', async (_, query, catalogue, data, path) => {
    expect(await execute(query, { catalogue })).toEqual({
      data,
      errors: [{ message: expect.any(String), path, code: 'SUBGRAPH_BAD_RESPONSE' }],
    });
  });

  it('has no second error where a failed fetch explains it', async () => {
    const { data, errors } = await execute('{ products { bin { row } } }', {
      catalogue: () => products('1'),
      stock: () => ({
        data: { _entities: [{ bin: { row: null } }] },
        errors: [{ message: 'No.', path: ['_entities', 0, 'bin', 'row'], extensions: { code: 'BUSY' } }],
      }),
    });
    expect(data).toEqual({ products: [{ bin: null }] });
    expect(errors).toEqual([{ message: 'No.', path: ['products', 0, 'bin', 'row'], code: 'BUSY' }]);
  });
});

it('what a subgraph says of prototypes stays data, and what nobody selected stays away', async () => {
  const hostile = '{"__proto__":{"polluted":true},"sku":"1","__typename":"Product","title":"a","secret":"s"}';
  const { data } = await execute('{ best { title constructor onHand } }', {
    catalogue: () => ({ data: { best: JSON.parse(hostile) } }),
    stock: () => ({ data: { _entities: [JSON.parse('{"__proto__":{"polluted":true},"onHand":1,"title":"b"}')] } }),
  });
  expect(JSON.stringify(data)).toBe('{"best":{"title":"b","constructor":null,"onHand":1}}');
  expect({}).not.toHaveProperty('polluted');
});

it('lone surrogates and deep nesting are written as JSON has them, or are an error', async () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 3_000; depth++) deep = [deep];
  const answered = await execute('{ anything best { title } }', {
    catalogue: () => ({ data: { anything: deep, best: { title: '\ud800 and "\\' } } }),
  });
  expect(answered).toEqual({ data: { anything: deep, best: { title: '\ud800 and "\\' } }, errors: undefined });
});

it('sends the variables that were provided, and no others', async () => {
  const query = 'query ($first: Int = 3, $after: String) { products(first: $first, after: $after) { sku } }';
  await execute(query, { catalogue: () => products() }, { variables: { after: null } });
  await execute(query, { catalogue: () => products() });
  expect(asked.map(({ request }) => JSON.parse(request.body ?? '').variables)).toEqual([{ after: null }, {}]);
});

it('a client that throws is a failed fetch, and the others go on', async () => {
  const { data, errors } = await execute('{ warehouse best { sku } }', {
    catalogue: () => ({ data: { best: product('1') } }),
    stock: () => {
      throw new Error('a bug');
    },
  });
  expect(data).toEqual({ warehouse: null, best: { sku: '1' } });
  expect(errors).toEqual([{ message: 'a bug', path: ['warehouse'], code: 'DOWNSTREAM_SERVICE_ERROR' }]);
});

it('a document that comes many times at once is planned once', async () => {
  const stock = () => ({ data: { warehouse: 'w' } });
  const all = await Promise.all(Array.from({ length: 20 }, () => execute('query Burst { warehouse }', { stock })));
  expect(new Set(all.map(({ data }) => JSON.stringify(data)))).toEqual(new Set(['{"warehouse":"w"}']));
  expect(plansMade()).toBe(1);
});

it('what it lacks goes to the stock executor and is counted', async () => {
  const query = 'query ($representations: String) { products { onHand(in: $representations) } }';
  await execute(query, { catalogue: () => products('1'), stock: onHand }, { variables: { representations: 'x' } });
  expect(fallbacks).toEqual(['representations-variable']);
});
