/** What a cart warns its customer of, and a cart that is filled from an order. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { customer, guestCustomer, guestNamed, type OrderTestApp, orderTestApp, variantOf } from '#kit/order/app.ts';

let kit: OrderTestApp;
let people = 0;
let buyer = customer();
let mug = '';

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(async () => {
  buyer = customer(`somebody ${people++}`);
  mug = `mug ${people}`;
  await kit.offer({ name: mug, price: money(500, 'EUR') });
});

const warnings = `warnings { __typename message
  ... on CartLinePriceChanged { line { title } previousPrice { amount } currentPrice { amount } }
  ... on CartLineUnavailable { line { title } } ... on CartLineStockShort { line { quantity } available } }`;
const warned = async (by: Viewer = buyer) => (await kit.ask(by, `{ cart { ${warnings} } }`, {})).data.cart.warnings;
const acknowledge = async () =>
  (
    await kit.ask(
      buyer,
      `mutation { acknowledgeCartWarnings { ... on AcknowledgeCartWarningsSuccess { cart { ${warnings} } } } }`,
      {},
    )
  ).data.acknowledgeCartWarnings.cart.warnings;
describe('a cart', () => {
  it('warns of a price that has changed since it was seen, and adding to it succeeds', async () => {
    await kit.add(mug, 1, buyer.id);
    await kit.add('lamp', 1, buyer.id);
    expect(await warned()).toEqual([]);
    await kit.offer({ name: mug, price: money(600, 'EUR'), sequence: 2 });
    expect(await kit.add('lamp', 1, buyer.id)).toMatchObject({ ok: true });
    expect(await warned()).toEqual([
      {
        ...{ __typename: 'CartLinePriceChanged', message: 'This item has become dearer since you last looked.' },
        ...{ line: { title: mug }, previousPrice: { amount: 500 }, currentPrice: { amount: 600 } },
      },
    ]);
    expect(await acknowledge()).toEqual([]);
    await kit.offer({ name: mug, price: money(550, 'EUR'), sequence: 3 });
    expect(await warned()).toMatchObject([{ previousPrice: { amount: 600 }, currentPrice: { amount: 550 } }]);
    await kit.add(mug, 1, buyer.id);
    expect(await warned()).toEqual([]);
  });

  it('warns of what cannot be ordered any more for as long as it is in there', async () => {
    await kit.add(mug, 1, buyer.id);
    await kit.offer({ name: mug, status: 'ARCHIVED', sequence: 2 });
    const unavailable = [{ __typename: 'CartLineUnavailable', line: { title: mug } }];
    expect(await warned()).toMatchObject(unavailable);
    expect(await acknowledge()).toMatchObject(unavailable);
  });

  it('warns of stock that an order was refused for, until there are fewer units or the customer knows', async () => {
    const refuse = async () => {
      const placed = await kit.place(buyer.id);
      if (!placed.ok) throw new Error(placed.failure.message);
      const lines = [{ variantId: variantOf(mug), requested: 3, available: 1, currentPrice: null }];
      await kit.reply(await kit.replyTo(placed.value, 'stock.rejected', { lines }));
    };
    await kit.add(mug, 3, buyer.id);
    await kit.add('lamp', 1, buyer.id);
    await refuse();
    expect(await warned()).toMatchObject([{ __typename: 'CartLineStockShort', available: 1, line: { quantity: 3 } }]);
    const [line] = await kit.prisma.cartLine.findMany({ where: { variantId: variantOf(mug) } });
    await kit.app.commands.changeCartLine({
      ...{ customerId: buyer.id, lineId: line?.id as never, quantity: 1, idempotencyKey: undefined },
    });
    expect(await warned()).toEqual([]);
    await kit.add(mug, 2, buyer.id);
    await refuse();
    expect(await warned()).toHaveLength(1);
    expect(await acknowledge()).toEqual([]);
  });

  it('that a guest brings is measured by what the guest has seen', async () => {
    const [guest, guestId] = [guestCustomer(buyer.id), guestNamed(buyer.id)];
    await kit.add(mug, 1, guestId);
    await kit.offer({ name: mug, price: money(700, 'EUR'), sequence: 2 });
    expect(await warned(guest)).toHaveLength(1);
    await kit.guestSignedIn(guestId, buyer.id);
    expect(await warned()).toMatchObject([{ previousPrice: { amount: 500 }, currentPrice: { amount: 700 } }]);
  });
});

describe('an order that is ordered again', () => {
  const reorder = `mutation ($key: String, $id: ID!) { reorder(idempotencyKey: $key, input: { orderId: $id }) { __typename
    ... on ReorderSuccess { cart { lines { title quantity } ${warnings} } missing { sku title quantity reason variant { id } } }
    ... on Failure { message } } }`;
  const again = async (id: string, key: string = newId('Message'), by: Viewer = buyer) =>
    await kit.ask(by, reorder, { id, key });
  const placed = async () => {
    await kit.add(mug, 3, buyer.id);
    return await kit.placed(buyer.id);
  };

  it('fills the cart at the prices of today, once per key, and says what is missing', async () => {
    const id = await placed();
    await kit.offer({ name: mug, status: 'ARCHIVED', sequence: 2 });
    await kit.add('lamp', 1, buyer.id);
    const { data } = await again(id, 'key');
    expect(data.reorder).toEqual({
      __typename: 'ReorderSuccess',
      cart: { lines: [{ title: 'lamp', quantity: 3 }], warnings: [] },
      missing: [
        { sku: mug.toUpperCase(), title: mug, quantity: 3, reason: 'UNAVAILABLE', variant: { id: variantOf(mug) } },
      ],
    });
    expect((await again(id, 'key')).data).toEqual(data);
    expect((await again(customer().id, 'other')).codes).toEqual(['NOT_FOUND']);
    const other = await placed();
    expect((await again(other, 'key')).data.reorder.__typename).toBe('IdempotencyConflict');
  });

  it('is in the currency of the order where the cart is empty', async () => {
    await kit.offer({ name: mug, price: money(900, 'USD'), sequence: 2 });
    await kit.add(mug, 2, buyer.id, 'USD');
    const order = await kit.place(buyer.id);
    await kit.add('lamp', 1, buyer.id, 'EUR');
    const id = order.ok ? order.value : '';
    expect((await again(id)).data.reorder).toMatchObject({ missing: [{ quantity: 2, reason: 'CURRENCY' }] });
    await kit.prisma.cartLine.deleteMany({ where: { cart: { customerId: buyer.id } } });
    expect((await again(id)).data.reorder).toMatchObject({ cart: { lines: [{ quantity: 2 }] }, missing: [] });
  });

  it('is nobody else’s', async () => {
    const id = await placed();
    expect((await again(id, 'key', customer('stranger'))).codes).toEqual(['NOT_FOUND']);
  });
});
