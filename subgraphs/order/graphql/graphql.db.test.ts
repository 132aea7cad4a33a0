import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namedId, newId, type OrderId, type UserId } from '../../../contracts/ids.ts';
import { money } from '../../../contracts/money.ts';
import { guest } from '../../../contracts/viewer.ts';
import { customer, type OrderTestApp, orderTestApp, staff, variantOf } from '../../../tests/kit/order-app.ts';
import type { Reply } from '../domain/checkout-events.ts';

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

const tell = async (id: OrderId, ...types: Reply['type'][]) => {
  for (const type of types) await kit.reply(await kit.replyTo(id, type));
};
const entities = async (viewer: typeof buyer, representations: object[], fields: string) =>
  (
    await kit.ask(viewer, `query ($it: [_Any!]!) { _entities(representations: $it) { ${fields} } }`, {
      it: representations,
    })
  ).data._entities;

const cartFields = `{ id total { amount currency } updatedAt
  lines { id sku title quantity isAvailable variant { id } unitPrice { amount } total { amount } } }`;
const addToCart = `mutation ($key: String, $input: AddToCartInput!) { addToCart(idempotencyKey: $key, input: $input) {
  __typename ... on AddToCartSuccess { cart ${cartFields} } ... on Failure { message }
  ... on CartLimitExceeded { limit maximum } ... on VariantUnavailable { rejectedOrder { id } lines { variant { id } sku } } } }`;
const placeOrder = `mutation ($key: String! = "key", $input: PlaceOrderInput!) { placeOrder(idempotencyKey: $key, input: $input) {
  __typename ... on PlaceOrderSuccess { order { id number status } } ... on Failure { message }
  ... on InsufficientStock { order { id status } lines { variant { id } sku requested available } }
  ... on PriceChanged { rejectedOrder { id } currentTotal { amount } lines { sku was { amount } now { amount } } }
  ... on PaymentDeclined { order { status } reason } ... on OrderCancelled { order { status } cancellationReason } } }`;
const wholeOrder = `{ id number status paymentStatus fulfilmentStatus version placedAt expiresAt nextActions
  customer { id } total { amount currency } lines { sku title quantity unitPrice { amount } total { amount } variant { id } }
  failure { __typename message } timeline { at status what detail } paymentAction { actionUrl paymentId } }`;

const input = { paymentMethodToken: 'tok_approve' };
const ask = (source: string, variables: object, viewer = buyer) => kit.ask(viewer, source, { ...variables });

describe('a cart in the graph', () => {
  it('is null for guests and for those who added nothing', async () => {
    expect(await kit.ask(guest, '{ cart { id } }')).toEqual({ data: { cart: null } });
    expect(await ask('{ cart { id } }', {})).toEqual({ data: { cart: null } });
  });

  it('shows what is in it at the prices of today', async () => {
    await ask(addToCart, { input: { variantId: variantOf('lamp'), quantity: 2 } });
    const { data } = await ask(`{ cart ${cartFields} }`, {});
    expect(data.cart).toMatchObject({
      total: { amount: 3_998, currency: 'EUR' },
      lines: [{ sku: 'LAMP', title: 'lamp', quantity: 2, isAvailable: true, unitPrice: { amount: 1_999 } }],
    });
  });

  it('shows what can no longer be bought as such, and leaves it out of the total', async () => {
    await kit.offer({ name: 'mug' });
    await kit.add('mug', 1, buyer.id);
    await kit.add('lamp', 1, buyer.id);
    await kit.offer({ name: 'mug', status: 'ARCHIVED', sequence: 2 });
    const { data } = await ask(`{ cart ${cartFields} }`, {});
    expect(data.cart.total).toMatchObject({ amount: 1_999 });
    expect(data.cart.lines[0]).toMatchObject({ title: 'mug', isAvailable: false, unitPrice: null, total: null });
  });

  it.each([0, -1, 100, 2_147_483_647])('refuses a quantity of %d as the fault of the caller', async (quantity) => {
    const variables = { input: { variantId: variantOf('lamp'), quantity } };
    expect((await ask(addToCart, variables)).codes).toEqual(['BAD_USER_INPUT']);
    expect((await ask('{ cart { id } }', {})).data.cart).toBeNull();
  });

  it('has no variant behind an id of another kind', async () => {
    for (const variantId of ['', 'x', namedId('User', 'anna'), `${variantOf('lamp')}x`])
      expect((await ask(addToCart, { input: { variantId } })).data.addToCart.__typename).toBe('VariantUnavailable');
  });

  it.each(['', 'x'.repeat(101), 'bell\u0007'])('refuses the idempotency key %j', async (key) => {
    expect((await ask(addToCart, { key, input: { variantId: variantOf('lamp') } })).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('placing an order in the graph', () => {
  beforeEach(() => kit.add('lamp', 2, buyer.id));

  it('answers at once when nobody wants to wait', async () => {
    const { data } = await ask(placeOrder, { input });
    expect(data.placeOrder).toMatchObject({ __typename: 'PlaceOrderSuccess', order: { status: 'PLACED' } });
  });

  it('answers as soon as the checkout ends, when they do', async () => {
    const started = performance.now();
    const answer = ask(placeOrder, { input: { ...input, waitMs: 5_000 } });
    const id = await theOrder();
    await tell(id, 'stock.reserved', 'payment.authorized', 'stock.committed', 'payment.captured');
    expect((await answer).data.placeOrder).toMatchObject({ order: { status: 'CONFIRMED' } });
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('answers with the order as it is when the wait is over', async () => {
    const { data } = await ask(placeOrder, { input: { ...input, waitMs: 50 } });
    expect(data.placeOrder).toMatchObject({ __typename: 'PlaceOrderSuccess', order: { status: 'PLACED' } });
  });

  it("answers when it is the customer's turn", async () => {
    const answer = ask(placeOrder, { input: { ...input, waitMs: 5_000 } });
    await tell(await theOrder(), 'stock.reserved', 'payment.action-required');
    expect((await answer).data.placeOrder).toMatchObject({ order: { status: 'AUTHORIZING' } });
  });

  it('tells the lines that are short', async () => {
    const answer = ask(placeOrder, { input: { ...input, waitMs: 5_000 } });
    const id = await theOrder();
    const lines = [{ variantId: variantOf('lamp'), requested: 2, available: 1, currentPrice: null }];
    await kit.reply(await kit.replyTo(id, 'stock.rejected', { lines }));
    expect((await answer).data.placeOrder).toMatchObject({
      __typename: 'InsufficientStock',
      order: { id, status: 'REJECTED' },
      lines: [{ variant: { id: variantOf('lamp') }, sku: 'LAMP', requested: 2, available: 1 }],
    });
  });

  it('tells a retry how the order stands by then', async () => {
    await ask(placeOrder, { input });
    await tell(await theOrder(), 'stock.reserved', 'payment.declined', 'stock.released');
    expect((await ask(placeOrder, { input })).data.placeOrder).toMatchObject({
      __typename: 'PaymentDeclined',
      order: { status: 'PAYMENT_FAILED' },
      reason: 'CARD_DECLINED',
    });
  });

  it('tells the total of today to those who expected another', async () => {
    const expectedTotal = money(1, 'EUR');
    const { data } = await ask(placeOrder, { input: { ...input, expectedTotal } });
    expect(data.placeOrder).toMatchObject({ rejectedOrder: null, currentTotal: { amount: 3_998 }, lines: [] });
  });

  it.each([
    ['no token', { paymentMethodToken: '' }],
    ['a long token', { paymentMethodToken: 'x'.repeat(201) }],
    ['a token with a line break', { paymentMethodToken: 'tok\nx' }],
    ['a negative wait', { ...input, waitMs: -1 }],
    ['a long wait', { ...input, waitMs: 5_001 }],
    ['a negative total', { ...input, expectedTotal: money(-1, 'EUR') }],
  ])('refuses %s, and keeps the cart', async (_, wrong) => {
    const answer = await ask(placeOrder, { input: wrong });
    expect(answer.codes).toEqual(['BAD_USER_INPUT']);
    expect((await ask('{ cart { lines { quantity } } }', {})).data.cart.lines).toEqual([{ quantity: 2 }]);
  });

  const theOrder = async (): Promise<OrderId> => {
    for (;;) {
      const row = await kit.prisma.order.findFirst({ where: { customerId: buyer.id } });
      if (row) return row.id as OrderId;
    }
  };
});

describe('an order in the graph', () => {
  let id: OrderId;
  beforeEach(async () => {
    id = await kit.placed(buyer.id);
  });
  const order = async (viewer = buyer) => (await kit.ask(viewer, `{ order(id: "${id}") ${wholeOrder} }`)).data.order;

  it('shows all there is to it', async () => {
    await tell(id, 'stock.reserved', 'payment.authorized', 'stock.committed', 'payment.captured');
    expect(await order()).toMatchObject({
      status: 'CONFIRMED',
      paymentStatus: 'PAID',
      fulfilmentStatus: 'UNFULFILLED',
      version: 5,
      customer: { id: buyer.id },
      total: { amount: 3_998, currency: 'EUR' },
      lines: [{ sku: 'LAMP', quantity: 2, unitPrice: { amount: 1_999 }, total: { amount: 3_998 } }],
      failure: null,
      nextActions: ['CANCEL'],
      paymentAction: null,
    });
    expect(
      (await order()).timeline.map(({ status, what }: { status: string; what: string }) => [status, what]),
    ).toEqual([
      ['PLACED', 'The order was placed.'],
      ['AUTHORIZING', 'The items are reserved.'],
      ['COMMITTING', 'The payment is approved.'],
      ['CAPTURING', 'The items are yours.'],
      ['CONFIRMED', 'The payment is complete.'],
    ]);
  });

  it('asks the customer for the extra step, as long as it can be taken', async () => {
    await tell(id, 'stock.reserved', 'payment.action-required');
    expect(await order()).toMatchObject({
      paymentStatus: 'ACTION_REQUIRED',
      nextActions: ['CONFIRM_PAYMENT', 'CANCEL'],
      paymentAction: { actionUrl: 'https://bank.example/challenge', paymentId: namedId('Payment', 'first') },
    });
    await tell(id, 'payment.authorized');
    expect(await order()).toMatchObject({ nextActions: ['CANCEL'], paymentAction: null });
  });

  it('can be paid again after a decline, and cancelled', async () => {
    await tell(id, 'stock.reserved', 'payment.declined', 'stock.released');
    expect(await order()).toMatchObject({ nextActions: ['PAY', 'CANCEL'], failure: { __typename: 'PaymentDeclined' } });
    const pay = `mutation ($input: PayOrderInput!) { payOrder(idempotencyKey: "p", input: $input) {
      __typename ... on PayOrderSuccess { order { status } } ... on OrderNotPayable { order { status } } } }`;
    const paying = { input: { orderId: id, paymentMethodToken: 'tok_other' } };
    expect((await ask(pay, paying)).data.payOrder).toMatchObject({ __typename: 'PayOrderSuccess' });
    const cancel = `mutation { cancelOrder(idempotencyKey: "c", input: { orderId: "${id}" }) {
      __typename ... on CancelOrderSuccess { order { status } } ... on OrderNotCancellable { order { status } } } }`;
    expect((await ask(cancel, {})).data.cancelOrder).toMatchObject({ order: { status: 'COMPENSATING' } });
    const again = cancel.replace('"c"', '"d"');
    expect((await ask(again, {})).data.cancelOrder).toEqual({
      __typename: 'OrderNotCancellable',
      order: { status: 'COMPENSATING' },
    });
  });

  it('is found by its number, however it is typed', async () => {
    const { number } = await kit.rowOf(id);
    const find = async (text: string, viewer = buyer) =>
      (await kit.ask(viewer, 'query ($number: String) { order(number: $number) { id } }', { number: text })).data.order;
    expect(await find(number)).toEqual({ id });
    expect(await find(number.toLowerCase().replaceAll('-', ' '))).toEqual({ id });
    expect(await find('AG-0000-0000')).toBeNull();
    expect(await find('nonsense')).toBeNull();
    expect(await find(number, eve)).toBeNull();
  });

  it('is asked for by exactly one of id and number', async () => {
    expect((await ask('{ order { id } }', {})).codes).toEqual(['BAD_USER_INPUT']);
    expect((await ask(`{ order(id: "${id}", number: "x") { id } }`, {})).codes).toEqual(['BAD_USER_INPUT']);
  });

  it('does not exist for another customer, by whatever way they look for it', async () => {
    const { number } = await kit.rowOf(id);
    expect(await order(eve)).toBeNull();
    expect(await entities(eve, [{ __typename: 'Order', id }], '... on Order { id number }')).toEqual([null]);
    expect(await entities(eve, [{ __typename: 'Order', number }], '... on Order { id }')).toEqual([null]);
    expect((await kit.ask(eve, '{ orders { edges { node { id } } } }')).data.orders.edges).toEqual([]);
    for (const mutation of [
      `cancelOrder(idempotencyKey: "k", input: { orderId: "${id}" }) { __typename }`,
      `payOrder(idempotencyKey: "k", input: { orderId: "${id}", paymentMethodToken: "t" }) { __typename }`,
      `cancelOrder(idempotencyKey: "k", input: { orderId: "${newId('Order')}" }) { __typename }`,
    ])
      expect((await kit.ask(eve, `mutation { ${mutation} }`)).codes).toEqual(['NOT_FOUND']);
  });

  it('is staff to read, to list and to cancel', async () => {
    expect(await order(staff)).toMatchObject({ id, nextActions: ['CANCEL'] });
    const placed = await kit.ask(staff, '{ orders(first: 100, status: PLACED) { edges { node { id status } } } }');
    expect(placed.data.orders.edges).toContainEqual({ node: { id, status: 'PLACED' } });
    const cancel = `mutation { cancelOrder(idempotencyKey: "s", input: { orderId: "${id}" }) { __typename } }`;
    expect((await kit.ask(staff, cancel)).data.cancelOrder.__typename).toBe('CancelOrderSuccess');
  });

  it('is resumed by staff alone', async () => {
    const resume = `mutation { resumeOrder(idempotencyKey: "r", input: { orderId: "${id}" }) { __typename } }`;
    expect((await ask(resume, {})).codes).toEqual(['FORBIDDEN']);
    expect((await kit.ask(guest, resume)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await kit.ask(staff, resume)).data.resumeOrder.__typename).toBe('OrderNotParked');
  });

  it('never shows the payment method', async () => {
    expect(JSON.stringify(await order(staff))).not.toContain('tok_approve');
  });
});

describe('guests', () => {
  it.each([
    'query { orders { edges { node { id } } } }',
    'query { order(id: "x") { id } }',
    'mutation { removeFromCart(input: { lineId: "x" }) { __typename } }',
    'mutation { placeOrder(idempotencyKey: "k", input: { paymentMethodToken: "t" }) { __typename } }',
  ])('are asked to sign in: %s', async (source) => {
    expect((await kit.ask(guest, source)).codes).toEqual(['UNAUTHENTICATED']);
  });
});

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
    const deep = '... on Order { id lines { sku variant { id } } timeline { what } customer { id } nextActions }';
    expect(await countStatements(() => entities(buyer, representations, deep))).toBe(3);
  });

  it('keep their places: null for what is unknown, of another kind or of somebody else', async () => {
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
