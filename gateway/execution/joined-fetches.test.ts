/** Fetches that come together are one request, and each gets what it would have got alone. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { supergraphOf } from '#kit/gateway/gateway.ts';
import { type Answer, entities, givenAnswers, questionsIn } from './given-answers.fixture.ts';

const federated = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`;
const { execute, asked, reset } = await givenAnswers(
  supergraphOf({
    shop: `${federated}
      type Query { best: Product worst: Product seller: Person many: [Product!] }
      type Product @key(fields: "sku") { sku: ID! }
      type Person @key(fields: "id") { id: ID! }`,
    club: `${federated}
      type Query { member: Person }
      type Person @key(fields: "id") { id: ID! }`,
    stock: `${federated}
      type Product @key(fields: "sku") { sku: ID! onHand(in: String): Int bin: Bin weight: Int }
      type Person @key(fields: "id") { id: ID! picks: Int }
      type Bin { row: Int shelf: Int }`,
  }),
);
beforeEach(reset);

const product = (sku: string) => ({ __typename: 'Product', sku });
const person = (id: string) => ({ __typename: 'Person', id });
const shop = () => ({
  data: { best: product('1'), worst: product('2'), seller: person('s'), many: ['1', '2', '3', '3'].map(product) },
});
const club = () => ({ data: { member: person('m') } });
const all = { onHand: 5, bin: { row: 1, shelf: 2 }, weight: 3, picks: 4 };
const asFull: Answer = entities(({ sku, id }) => ({
  ...all,
  ...(sku !== undefined && { onHand: Number(sku) }),
  ...(id === 'm' && { picks: 9 }),
}));
const requests = () => asked.filter(({ subgraph }) => subgraph === 'stock').map(({ request }) => request);
const keysOf = () => requests().map((request) => questionsIn(request).map(([key]) => key));

describe('fetches of one subgraph in one step of the plan', () => {
  it('are one request: what is asked of one type, of another, with variables and fragments of the same names', async () => {
    const query = `query Page($in: String) {
      best { onHand(in: $in) bin { ...Place } } worst { bin { ...Place row } weight } seller { picks }
    } fragment Place on Bin { row shelf }`;
    const { data, errors } = await execute(query, { shop, stock: asFull }, { variables: { in: 'here' } });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      best: { onHand: 1, bin: { row: 1, shelf: 2 } },
      worst: { bin: { row: 1, shelf: 2 }, weight: 3 },
      seller: { picks: 4 },
    });
    expect(requests()).toHaveLength(1);
    expect(requests()[0]?.variables).toEqual({
      in: 'here',
      representations_0: [product('1')],
      representations_1: [product('2')],
      representations_2: [person('s')],
    });
  });

  it('ask once about each entity where they ask the same', async () => {
    const { data } = await execute('{ best { onHand } worst { onHand } many { onHand } }', { shop, stock: asFull });
    expect(data).toEqual({
      best: { onHand: 1 },
      worst: { onHand: 2 },
      many: [1, 2, 3, 3].map((onHand) => ({ onHand })),
    });
    expect(requests().map(({ variables }) => variables)).toEqual([{ representations: ['1', '2', '3'].map(product) }]);
  });

  it('are one request with what another branch asks for in the same turn, and do not wait for what comes later', async () => {
    const query = '{ seller { picks } member { picks } best { weight } }';
    await execute(query, { shop, club, stock: asFull });
    expect(keysOf()).toEqual([['_entities_0', '_entities_1']]);
    reset();
    const later = async () => {
      while (requests().length === 0) await nextTurn();
      return club();
    };
    const { data } = await execute(query, { shop, club: later, stock: asFull });
    expect(data).toEqual({ seller: { picks: 4 }, member: { picks: 9 }, best: { weight: 3 } });
    expect(requests()).toHaveLength(2);
  });

  it('are apart where a client’s variable has a name of ours', async () => {
    const query =
      'query ($representations_0: String) { best { onHand(in: $representations_0) } worst { weight } seller { picks } }';
    const { data } = await execute(query, { shop, stock: asFull }, { variables: { representations_0: 'x' } });
    expect(data).toEqual({ best: { onHand: 1 }, worst: { weight: 3 }, seller: { picks: 4 } });
    expect(keysOf().toSorted()).toEqual([['_entities'], ['_entities_1', '_entities_2']]);
  });
});

describe('when part of a joined request fails', () => {
  const query = '{ best { onHand } worst { weight } many { onHand } }';
  const good: Answer = asFull;
  const failing =
    (change: (answer: { data: Record<string, unknown[]> }) => object): Answer =>
    async (request, representations) => {
      const answer = (await good(request, representations)) as { data: Record<string, unknown[]> };
      return questionsIn(request).length > 1 ? change(answer) : answer;
    };
  const whole = { best: { onHand: 1 }, worst: { weight: 3 }, many: [1, 2, 3, 3].map((onHand) => ({ onHand })) };

  it('an entity’s error is at all positions of this entity, and nowhere else', async () => {
    const stock = failing(({ data }) => ({
      data: { ...data, _entities_0: [null, ...(data._entities_0 ?? []).slice(1)] },
      errors: [{ message: 'No.', path: ['_entities_0', 0], extensions: { code: 'GONE' } }],
    }));
    const { data, errors } = await execute(query, { shop, stock });
    expect(data).toEqual({
      ...whole,
      best: { onHand: null },
      many: [null, 2, 3, 3].map((onHand) => ({ onHand })),
    });
    expect(errors?.toSorted((a, b) => JSON.stringify(a.path).localeCompare(JSON.stringify(b.path)))).toEqual([
      { message: 'No.', path: ['best', 'onHand'], code: 'GONE' },
      { message: 'No.', path: ['many', 0, 'onHand'], code: 'GONE' },
    ]);
  });

  it('a question that has cost the whole answer costs only its own fields: the others are asked apart', async () => {
    const stock = failing(() => ({
      data: null,
      errors: [{ message: 'Too many.', path: ['_entities_1'], extensions: { code: 'TOO_MANY' } }],
      bytes: 1,
    }));
    const { data, errors } = await execute(query, { shop, stock });
    expect(data).toEqual({ ...whole, worst: { weight: null } });
    expect(errors).toEqual([{ message: 'Too many.', path: ['worst', 'weight'], code: 'TOO_MANY' }]);
    expect(keysOf()).toEqual([['_entities_0', '_entities_1'], ['_entities']]);
  });

  it('what is refused for its size is asked apart', async () => {
    const stock = failing(() => ({ errors: [{ message: 'A token too many.' }], bytes: 1 }));
    expect(await execute(query, { shop, stock })).toEqual({ data: whole, errors: undefined });
    const broken = failing(() => ({
      errors: [{ message: 'Not an answer.', extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }],
    }));
    expect(await execute(query, { shop, stock: broken })).toEqual({ data: whole, errors: undefined });
  });

  it('an outage is that of every part, and nothing is sent again', async () => {
    const stock = () => ({ errors: [{ message: 'Away.', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
    const { data, errors } = await execute(query, { shop, stock });
    expect(data).toEqual({ best: { onHand: null }, worst: { weight: null }, many: Array(4).fill({ onHand: null }) });
    expect(errors?.map(({ path }) => path?.join('.')).toSorted()).toEqual([
      'best.onHand',
      'many.0.onHand',
      'many.1.onHand',
      'many.2.onHand',
      'many.3.onHand',
      'worst.weight',
    ]);
    expect(requests()).toHaveLength(1);
  });

  it('a list with an entity too few is nobody’s, and the other list is whole', async () => {
    const stock = failing(({ data }) => ({ data: { ...data, _entities_0: data._entities_0?.slice(1) } }));
    const { data, errors } = await execute(query, { shop, stock });
    expect(data).toEqual({ best: { onHand: null }, worst: { weight: 3 }, many: Array(4).fill({ onHand: null }) });
    expect(new Set(errors?.map(({ code }) => code))).toEqual(new Set(['SUBGRAPH_BAD_RESPONSE']));
  });

  it('what is no object in a list of entities is an error at this entity', async () => {
    const stock = failing(({ data }) => ({
      data: { ...data, _entities_0: ['text', ...(data._entities_0 ?? []).slice(1)] },
    }));
    const { data, errors } = await execute(query, { shop, stock });
    expect(data).toEqual({ ...whole, best: { onHand: null }, many: [null, 2, 3, 3].map((onHand) => ({ onHand })) });
    expect(errors?.map(({ path, code }) => [path?.join('.'), code]).toSorted()).toEqual([
      ['best.onHand', 'SUBGRAPH_BAD_RESPONSE'],
      ['many.0.onHand', 'SUBGRAPH_BAD_RESPONSE'],
    ]);
  });

  it('an error that says of nothing is listed once', async () => {
    const stock = failing((answer) => ({
      ...answer,
      errors: [{ message: 'Something.', extensions: { code: 'ODD' } }],
    }));
    expect(await execute(query, { shop, stock })).toEqual({
      data: whole,
      errors: [{ message: 'Something.', path: undefined, code: 'ODD' }],
    });
  });
});
