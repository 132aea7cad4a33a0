import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namedId, type OrderId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { customer, type OrderTestApp, orderTestApp, variantOf } from '#kit/order/app.ts';
import type { Reply } from '../domain/checkout/messages.ts';
import { defaultTimings } from '../domain/checkout/steps.ts';

let kit: OrderTestApp;
let people = 0;
let buyer = customer();

beforeAll(async () => {
  kit = await orderTestApp(defaultTimings, { orders: 10, units: 150 });
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(() => {
  buyer = customer(`buyer ${people++}`);
});

const receive = async (id: OrderId, ...types: Reply['type'][]) => {
  for (const type of types) await kit.reply(await kit.replyTo(id, type));
};

const placeOrder = `mutation ($key: String! = "key", $input: PlaceOrderInput!) { placeOrder(idempotencyKey: $key, input: $input) {
  __typename ... on PlaceOrderSuccess { order { id number status } } ... on Failure { message }
  ... on TooManyOpenOrders { openOrders maximumOrders units maximumUnits }
  ... on InsufficientStock { order { id status } lines { variant { id } sku requested available } }
  ... on TotalsChanged { totals { lines { amount } total { amount currency } } }
  ... on PriceChanged { rejectedOrder { id } currentTotal { amount } lines { sku previousPrice { amount } currentPrice { amount } } }
  ... on PaymentDeclined { order { status } reason } ... on OrderCancelled { order { status } cancellationReason } } }`;

const expectedTotal = money(3_998, 'EUR');
const input = { paymentMethodToken: 'tok_approve', expectedTotal };
const ask = (source: string, variables: object, viewer = buyer) => kit.ask(viewer, source, { ...variables });

describe('placing an order in the graph', () => {
  beforeEach(() => kit.add('lamp', 2, buyer.id));

  it('answers at once when nobody wants to wait', async () => {
    const { data } = await ask(placeOrder, { input });
    expect(data.placeOrder).toMatchObject({ __typename: 'PlaceOrderSuccess', order: { status: 'PLACED' } });
  });

  it('answers when the checkout has ended, when they do', async () => {
    const answer = ask(placeOrder, { input: { ...input, waitMs: 5_000 } });
    const id = await theOrder();
    await receive(id, 'stock.reserved', 'payment.authorized', 'stock.committed', 'payment.captured');
    expect((await answer).data.placeOrder).toMatchObject({ order: { status: 'CONFIRMED' } });
  });

  it('answers with the order as it is when the wait is over', async () => {
    const { data } = await ask(placeOrder, { input: { ...input, waitMs: 50 } });
    expect(data.placeOrder).toMatchObject({ __typename: 'PlaceOrderSuccess', order: { status: 'PLACED' } });
  });

  it("answers when it is the customer's turn", async () => {
    const answer = ask(placeOrder, { input: { ...input, waitMs: 5_000 } });
    await receive(await theOrder(), 'stock.reserved', 'payment.action-required');
    expect((await answer).data.placeOrder).toMatchObject({ order: { status: 'AUTHORIZING' } });
  });

  it('shows the order even though another mutation of the same request fails', async () => {
    const { data, codes } = await ask(
      `mutation ($input: PlaceOrderInput!) {
        placed: placeOrder(idempotencyKey: "key", input: $input) { ... on PlaceOrderSuccess { order { status } } }
        added: addToCart(input: { variantId: "x", quantity: 0 }) { __typename } }`,
      { input },
    );
    expect(data).toEqual({ placed: { order: { status: 'PLACED' } }, added: null });
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  it('names the lines that are short', async () => {
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

  it('answers a retry with the order as it is by then', async () => {
    await ask(placeOrder, { input });
    await receive(await theOrder(), 'stock.reserved', 'payment.declined', 'stock.released');
    expect((await ask(placeOrder, { input })).data.placeOrder).toMatchObject({
      __typename: 'PaymentDeclined',
      order: { status: 'PAYMENT_FAILED' },
      reason: 'CARD_DECLINED',
    });
  });

  it('gives the current total when another was expected', async () => {
    const expectedTotal = money(1, 'EUR');
    const { data } = await ask(placeOrder, { input: { ...input, expectedTotal } });
    expect(data.placeOrder).toMatchObject({
      totals: { lines: { amount: 3_998 }, total: money(3_998, 'EUR') },
    });
  });

  it('gives the limits on unpaid orders when an order exceeds them', async () => {
    await kit.add('lamp', 97, buyer.id);
    const lamps = (units: number) => ({ ...input, expectedTotal: money(units * 1_999, 'EUR') });
    await ask(placeOrder, { input: lamps(99) });
    await kit.add('lamp', 52, buyer.id);
    const { data } = await ask(placeOrder, { input: lamps(52), key: 'second' });
    expect(data.placeOrder).toEqual({
      ...{ __typename: 'TooManyOpenOrders', openOrders: 1, maximumOrders: 10, units: 151, maximumUnits: 150 },
      message: expect.stringContaining('150 is the most'),
    });
  });

  it.each([
    ['no token', { paymentMethodToken: '' }],
    ['a long token', { paymentMethodToken: 'x'.repeat(201) }],
    ['a token with a line break', { paymentMethodToken: 'tok\nx' }],
    ['no way to pay', {}],
    ['two ways to pay', { ...input, savedPaymentMethodId: namedId('PaymentMethod', 'a') }],
    ['a method on file that cannot be one', { savedPaymentMethodId: 'pm_1' }],
    ['a return to no address', { ...input, returnUrl: 'shop.example/paid' }],
    ['a return to a script', { ...input, returnUrl: 'javascript:alert(1)' }],
    ['a return to an endless address', { ...input, returnUrl: `https://shop.example/${'x'.repeat(2_000)}` }],
    ['a return with a password', { ...input, returnUrl: 'https://user:pw@shop.example/paid' }],
    ['a return to another shop', { ...input, returnUrl: 'https://shop.example.evil.test/paid' }],
    ['a return to this shop in plain text', { ...input, returnUrl: 'http://shop.example/paid' }],
    ['a return to a name in this shop', { ...input, returnUrl: 'https://shop.example@evil.test/paid' }],
    ['a negative wait', { ...input, waitMs: -1 }],
    ['a long wait', { ...input, waitMs: 5_001 }],
    ['a negative total', { ...input, expectedTotal: money(-1, 'EUR') }],
  ])('refuses %s, and keeps the cart', async (_, wrong) => {
    const answer = await ask(placeOrder, { input: { expectedTotal, ...wrong } });
    expect(answer.codes).toEqual(['BAD_USER_INPUT']);
    expect((await ask('{ cart { lines { quantity } } }', {})).data.cart.lines).toEqual([{ quantity: 2 }]);
  });

  it('pays with a method on file, and says where the customer comes back to', async () => {
    const saved = { savedPaymentMethodId: namedId('PaymentMethod', 'a'), returnUrl: 'https://shop.example/paid?x=1' };
    await ask(placeOrder, { input: { ...saved, expectedTotal } });
    const id = await theOrder();
    expect(await kit.rowOf(id)).toMatchObject({ paymentMethodToken: null, ...saved });
    await receive(id, 'stock.reserved');
    const command = await kit.prisma.outboxMessage.findFirstOrThrow({
      where: { aggregateId: id, type: 'payment.authorize' },
    });
    expect(command.data).toMatchObject(saved);
    expect(command.data).not.toHaveProperty('paymentMethodToken');
    expect(await kit.rowOf(id)).toMatchObject({ savedPaymentMethodId: null, returnUrl: null });
  });

  it('holds the stock and waits for a transfer, and tells the customer so', async () => {
    const answer = ask(placeOrder, {
      input: { paymentMethodToken: 'offline_transfer', expectedTotal, waitMs: 5_000 },
    });
    const id = await theOrder();
    const reserve = await kit.prisma.outboxMessage.findFirstOrThrow({
      where: { aggregateId: id, type: 'stock.reserve' },
    });
    const week = 7 * 24 * 60 * 60_000;
    expect((reserve.data as { ttlMs: number }).ttlMs).toBeGreaterThan(week);
    await receive(id, 'stock.reserved', 'payment.awaiting-funds');
    expect((await answer).data.placeOrder).toMatchObject({ order: { status: 'AUTHORIZING' } });
    const fields = 'paymentStatus nextActions placedAt expiresAt paymentAction { paymentId }';
    const { order } = (await ask(`{ order(id: "${id}") { ${fields} } }`, {})).data;
    expect(order).toMatchObject({ paymentStatus: 'AWAITING_FUNDS', nextActions: ['PAY_OFFLINE', 'CANCEL'] });
    expect(order.paymentAction).toBeNull();
    expect(Date.parse(order.expiresAt) - Date.parse(order.placedAt)).toBeGreaterThanOrEqual(week);
    kit.advance(week + 60_000);
    await kit.app.commands.sweepDeadlines();
    await receive(id, 'payment.cancelled', 'stock.released');
    const failure = '{ __typename ... on OrderCancelled { cancellationReason } }';
    expect((await ask(`{ order(id: "${id}") { status failure ${failure} } }`, {})).data.order).toEqual({
      ...{ status: 'CANCELLED', failure: { __typename: 'OrderCancelled', cancellationReason: 'FUNDS_TIMED_OUT' } },
    });
    kit.advance(-(week + 60_000));
  });

  it('refuses what looks like a card number as token, key or address, without repeating it', async () => {
    const card = '4242 4242 4242 4242';
    const token = await ask(placeOrder, {
      input: { paymentMethodToken: card.replaceAll(' ', '-'), expectedTotal },
    });
    const key = await ask(placeOrder, { key: card, input });
    const returnUrl = `https://shop.example/paid?card=${card.replaceAll(' ', '-')}`;
    const address = await ask(placeOrder, { input: { ...input, returnUrl } });
    for (const answer of [token, key, address]) {
      expect(answer.codes).toEqual(['CARD_NUMBER']);
      expect(JSON.stringify(answer)).not.toMatch(/4242.4242/);
    }
    expect((await ask('{ cart { lines { quantity } } }', {})).data.cart.lines).toEqual([{ quantity: 2 }]);
  });

  const theOrder = async (): Promise<OrderId> => {
    for (;;) {
      const row = await kit.prisma.order.findFirst({ where: { customerId: buyer.id } });
      if (row) return row.id as OrderId;
    }
  };
});
