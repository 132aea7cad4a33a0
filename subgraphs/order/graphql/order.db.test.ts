import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namedId, newId, type OrderId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { customer, type OrderTestApp, orderTestApp, staff } from '#kit/order/app.ts';
import { totals } from '#kit/order/builders.ts';
import type { Reply } from '../domain/checkout/messages.ts';

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

const receive = async (id: OrderId, ...types: Reply['type'][]) => {
  for (const type of types) await kit.reply(await kit.replyTo(id, type));
};
const entities = async (viewer: typeof buyer, representations: object[], fields: string) =>
  (
    await kit.ask(viewer, `query ($it: [_Any!]!) { _entities(representations: $it) { ${fields} } }`, {
      it: representations,
    })
  ).data._entities;

const wholeOrder = `{ id number status paymentStatus fulfilmentStatus version placedAt expiresAt nextActions
  customer { id } total { amount currency } lines { sku title quantity unitPrice { amount } total { amount } variant { id } }
  failure { __typename message } timeline { occurredAt status description detail } paymentAction { actionUrl paymentId } }`;

const ask = (source: string, variables: object, viewer = buyer) => kit.ask(viewer, source, { ...variables });

const staffActions = async (id: OrderId) => {
  const rows = await kit.prisma.outboxMessage.findMany({
    where: { type: 'staff.acted' },
    orderBy: { position: 'asc' },
  });
  return rows.map(({ data }) => data).filter((data) => JSON.stringify(data).includes(id));
};

describe('an order in the graph', () => {
  let id: OrderId;
  beforeEach(async () => {
    id = await kit.placed(buyer.id);
  });
  const order = async (viewer = buyer) => (await kit.ask(viewer, `{ order(id: "${id}") ${wholeOrder} }`)).data.order;

  it('shows refunds and disputes: amounts on the timeline, and what the payment has come to', async () => {
    await receive(id, 'stock.reserved', 'payment.authorized', 'stock.committed', 'payment.captured');
    const fields = 'status paymentStatus isDisputed timeline { description detail amount { amount currency } }';
    const shown = async () => (await kit.ask(buyer, `{ order(id: "${id}") { ${fields} } }`)).data.order;
    await kit.reply(await kit.replyTo(id, 'payment.refunded', { sequence: 3 }));
    const refunded = await shown();
    expect(refunded).toMatchObject({ status: 'CONFIRMED', paymentStatus: 'PARTIALLY_REFUNDED', isDisputed: false });
    expect(refunded.timeline.map(({ amount }: { amount: object | null }) => amount)).toEqual([
      ...[null, null, { amount: 3_998, currency: 'EUR' }, null, { amount: 3_998, currency: 'EUR' }],
      { amount: 1_000, currency: 'EUR' },
    ]);
    const dispute = { totals: totals(3_998, 1_000, 2_998, 1), sequence: 4 };
    await kit.reply(await kit.replyTo(id, 'payment.disputed', dispute));
    expect(await shown()).toMatchObject({ paymentStatus: 'PARTIALLY_REFUNDED', isDisputed: true });
  });

  it('shows all there is to it', async () => {
    await receive(id, 'stock.reserved', 'payment.authorized', 'stock.committed', 'payment.captured');
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
      (await order()).timeline.map(({ status, description }: { status: string; description: string }) => [
        status,
        description,
      ]),
    ).toEqual([
      ['PLACED', 'The order was placed.'],
      ['AUTHORIZING', 'The items are reserved.'],
      ['COMMITTING', 'The payment is approved.'],
      ['CAPTURING', 'The items are yours.'],
      ['CONFIRMED', 'The payment is complete.'],
    ]);
  });

  it('asks the customer for the extra step, as long as it can be taken', async () => {
    await receive(id, 'stock.reserved', 'payment.action-required');
    expect(await order()).toMatchObject({
      paymentStatus: 'ACTION_REQUIRED',
      nextActions: ['CONFIRM_PAYMENT', 'CANCEL'],
      paymentAction: { actionUrl: 'https://bank.example/challenge', paymentId: namedId('Payment', 'first') },
    });
    await receive(id, 'payment.authorized');
    expect(await order()).toMatchObject({ nextActions: ['CANCEL'], paymentAction: null });
  });

  it('can be paid again after a decline, and cancelled', async () => {
    await receive(id, 'stock.reserved', 'payment.declined', 'stock.released');
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
    expect(await staffActions(id)).toEqual([]);
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
    // The retry is the same action, and a refused one is none.
    await kit.ask(staff, cancel);
    await kit.ask(staff, cancel.replace('"s"', '"another key"'));
    expect(await staffActions(id)).toEqual([
      {
        ...{ actorId: staff.id, action: 'cancelOrder', subject: { type: 'Order', id }, customerId: buyer.id },
        details: { status: 'PLACED' },
      },
    ]);
  });

  it('is resumed by staff alone', async () => {
    const resume = `mutation { resumeOrder(idempotencyKey: "r", input: { orderId: "${id}" }) { __typename } }`;
    expect((await ask(resume, {})).codes).toEqual(['FORBIDDEN']);
    expect((await kit.ask(guest, resume)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await kit.ask(staff, resume)).data.resumeOrder.__typename).toBe('OrderNotResumable');
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
    `mutation { placeOrder(idempotencyKey: "k",
      input: { paymentMethodToken: "t", expectedTotal: { amount: 1, currency: EUR } }) { __typename } }`,
  ])('are asked to sign in: %s', async (source) => {
    expect((await kit.ask(guest, source)).codes).toEqual(['UNAUTHENTICATED']);
  });
});
