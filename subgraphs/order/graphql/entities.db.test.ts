import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namedId, newId, type OrderId, type UserId } from '#contracts/ids.ts';
import { customer, type OrderTestApp, orderTestApp, staff } from '#kit/order/app.ts';

let kit: OrderTestApp;
let people = 0;
let buyer = customer();
const eve = customer('eve');

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(() => {
  buyer = customer(`buyer ${people++}`);
});

const entities = async (viewer: typeof buyer, representations: object[], fields: string) =>
  (
    await kit.ask(viewer, `query ($it: [_Any!]!) { _entities(representations: $it) { ${fields} } }`, {
      it: representations,
    })
  ).data._entities;

const ask = (source: string, variables: object, viewer = buyer) => kit.ask(viewer, source, { ...variables });

describe('lists', () => {
  it("pages through the viewer's own orders, newest first, while new ones come", async () => {
    const ids: OrderId[] = [];
    for (let n = 0; n < 5; n++) ids.unshift(await kit.placed(buyer.id));
    const page = async (after: string | null) =>
      (
        await ask(
          `query ($after: String) { orders(first: 2, after: $after) {
            edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`,
          { after },
        )
      ).data.orders;
    const first = await page(null);
    await kit.placed(buyer.id);
    const second = await page(first.pageInfo.endCursor);
    const third = await page(second.pageInfo.endCursor);
    const nodes = [first, second, third].flatMap(({ edges }) =>
      edges.map(({ node }: { node: { id: string } }) => node.id),
    );
    expect(nodes).toEqual(ids);
    expect([first, second, third].map((it) => it.pageInfo.hasNextPage)).toEqual([true, true, false]);
  });

  it.each(['first: 0', 'first: 101', 'after: "x"', 'after: "WyJ4Il0"'])('refuse %s', async (args) => {
    expect((await ask(`{ orders(${args}) { edges { cursor } } }`, {})).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('entities', () => {
  const selects = () => kit.statements.filter((sql) => /select/i.test(sql)).length;
  const countStatements = async (work: () => Promise<unknown>) => {
    const before = selects();
    await work();
    return selects() - before;
  };

  it('are read with one statement per type, however many are asked for', async () => {
    const ids = [await kit.placed(buyer.id), await kit.placed(buyer.id), await kit.placed(buyer.id)];
    const representations = ids.map((id) => ({ __typename: 'Order', id }));
    const fields = '... on Order { id total { amount } }';
    expect(await countStatements(() => entities(buyer, representations, fields))).toBe(1);
    const deep =
      '... on Order { id lines { sku variant { id } } timeline { description } customer { id } nextActions }';
    expect(await countStatements(() => entities(buyer, representations, deep))).toBe(3);
  });

  it('keep their positions: null for an unknown ID, another type or another owner', async () => {
    const mine = await kit.placed(buyer.id);
    const hers = await kit.placed(eve.id);
    const asked = [newId('Order'), mine, 'x', namedId('User', 'anna'), hers].map((id) => ({ __typename: 'Order', id }));
    expect(await entities(buyer, asked, '... on Order { id }')).toEqual([null, { id: mine }, null, null, null]);
  });

  it('give carts and orders of users to themselves and to staff, in one statement each', async () => {
    await kit.placed(eve.id);
    await kit.add('lamp', 1, eve.id);
    await kit.placed(buyer.id);
    const both: UserId[] = [eve.id, buyer.id];
    const users = both.map((id) => ({ __typename: 'User', id }));
    const fields = '... on User { id cart { lines { sku } } orders(first: 1) { edges { node { number } } } }';
    const [stranger, self] = await entities(buyer, users, fields);
    expect(stranger).toEqual({ id: eve.id, cart: null, orders: null });
    expect(self.orders.edges).toHaveLength(1);
    let seen: { orders: { edges: unknown[] } }[] = [];
    const statements = await countStatements(async () => {
      seen = await entities(staff, users, fields);
    });
    expect(seen.map(({ orders }) => orders.edges.length)).toEqual([1, 1]);
    expect(statements).toBe(3);
  });

  it('keep a cart to its owner and to staff', async () => {
    await kit.add('lamp', 1, buyer.id);
    const { id } = await kit.prisma.cart.findUniqueOrThrow({ where: { customerId: buyer.id } });
    const cart = [{ __typename: 'Cart', id }];
    expect(await entities(buyer, cart, '... on Cart { id }')).toEqual([{ id }]);
    expect(await entities(staff, cart, '... on Cart { id }')).toEqual([{ id }]);
    expect(await entities(eve, cart, '... on Cart { id }')).toEqual([null]);
  });
});
