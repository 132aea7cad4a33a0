/** Purchases through the gateway, as a customer's app makes them. */
import { expect, test } from 'vitest';
import { succeed } from '#launcher/shopper/shopper.ts';
import {
  AccountDocument,
  CancelOrderDocument,
  CartDocument,
  ConfirmPaymentDocument,
  PayOrderDocument,
} from '#operations/documents.generated.ts';
import { aKey, aShopper, available, variantOf } from './shop.ts';

const lamp = 'trail-lamp-200';
const patient = { waitMs: 5_000 };

test('an order is shown even though another mutation of the same request fails', async () => {
  const shopper = await aShopper();
  const { id: variantId, price } = await variantOf(lamp);
  await shopper.add({ variantId });
  const { status, data, errors } = await shopper.client.send<Record<string, unknown>, object>(
    `mutation ($key: String!, $input: PlaceOrderInput!) {
      placed: placeOrder(idempotencyKey: $key, input: $input) { __typename }
      added: addToCart(input: { variantId: "x", quantity: 0 }) { __typename } }`,
    { key: aKey(), input: { paymentMethodToken: 'tok_approve', expectedTotal: price } },
  );
  expect({ status, data }).toEqual({ status: 200, data: { placed: { __typename: 'PlaceOrderSuccess' }, added: null } });
  expect(errors).toMatchObject([{ path: ['added'], extensions: { code: 'BAD_USER_INPUT', service: 'order' } }]);
});

test('a purchase ends CONFIRMED: stock sold, money captured, the customer notified', async () => {
  const shopper = await aShopper();
  const before = await variantOf(lamp);
  await shopper.add({ variantId: before.id, quantity: 2 });
  const placed = succeed(await shopper.place({ paymentMethodToken: 'tok_approve', ...patient }), 'PlaceOrderSuccess');
  const order = await shopper.orderReaches(placed.order.id, ['CONFIRMED']);
  const owed = (before.price?.amount ?? 0) * 2;
  expect(order).toMatchObject({
    paymentStatus: 'PAID',
    total: { amount: owed },
    balance: { amount: owed },
    failure: null,
  });
  expect(order.payments).toMatchObject([{ status: 'CAPTURED', captured: { amount: owed }, refunded: { amount: 0 } }]);
  expect(order.lines).toMatchObject([{ sku: before.sku, quantity: 2, variant: { product: { slug: lamp } } }]);
  expect(order.timeline.map(({ status }) => status)).toEqual([
    'PLACED',
    'AUTHORIZING',
    'COMMITTING',
    'CAPTURING',
    'CONFIRMED',
  ]);
  expect((await shopper.client.ask(CartDocument)).cart?.lines).toEqual([]);
  await expect
    .poll(async () => (await shopper.client.ask(AccountDocument)).me?.notifications?.edges.length, { timeout: 10_000 })
    .toBe(3);
});

test('a declined card: nothing charged, the stock released, and another card may pay', async () => {
  const shopper = await aShopper();
  const stock = await available(lamp);
  await shopper.add({ variantId: (await variantOf(lamp)).id });
  const answer = await shopper.place({ paymentMethodToken: 'tok_decline', ...patient });
  const { order, reason } = succeed(answer, 'PaymentDeclined');
  expect({ reason, actions: order.nextActions }).toMatchObject({ reason: 'CARD_DECLINED', actions: ['PAY', 'CANCEL'] });
  expect(await available(lamp)).toBe(stock);

  const input = { orderId: order.id, paymentMethodToken: 'tok_approve', ...patient };
  const { payOrder } = await shopper.client.ask(PayOrderDocument, { idempotencyKey: aKey(), input });
  succeed(payOrder, 'PayOrderSuccess');
  const paid = await shopper.orderReaches(order.id, ['CONFIRMED']);
  expect(paid.payments?.map(({ status }) => status)).toEqual(['DECLINED', 'CAPTURED']);
  expect(await available(lamp)).toBe(stock - 1);
});

test('a sold-out product is a typed failure that names the line; nothing is charged, and the cart is unchanged', async () => {
  const shopper = await aShopper();
  const tent = await variantOf('sold-out-tent');
  await shopper.add({ variantId: tent.id });
  const answer = succeed(await shopper.place({ paymentMethodToken: 'tok_approve', ...patient }), 'InsufficientStock');
  expect(answer.lines).toEqual([{ sku: tent.sku, requested: 1, available: 0 }]);
  const order = await shopper.order(answer.order.id);
  expect(order).toMatchObject({ status: 'REJECTED', payments: [], nextActions: [] });
  const { cart } = await shopper.client.ask(CartDocument, {});
  expect(cart?.lines).toMatchObject([{ sku: tent.sku, quantity: 1 }]);
});

test('an extra step of the bank: the order waits, and continues when it is completed', async () => {
  const shopper = await aShopper();
  await shopper.add({ variantId: (await variantOf(lamp)).id });
  const placed = succeed(await shopper.place({ paymentMethodToken: 'tok_action_required' }), 'PlaceOrderSuccess');
  await expect
    .poll(async () => (await shopper.order(placed.order.id)).nextActions, { timeout: 10_000 })
    .toContain('CONFIRM_PAYMENT');
  const paymentId = (await shopper.order(placed.order.id)).paymentAction?.paymentId ?? '';
  const { confirmPayment } = await shopper.client.ask(ConfirmPaymentDocument, {
    idempotencyKey: aKey(),
    input: { paymentId, code: 'approve' },
  });
  succeed(confirmPayment, 'ConfirmPaymentSuccess');
  await shopper.orderReaches(placed.order.id, ['CONFIRMED']);
});

test('a confirmed order that is cancelled returns the money and the units', async () => {
  const shopper = await aShopper();
  const stock = await available(lamp);
  await shopper.add({ variantId: (await variantOf(lamp)).id });
  const placed = succeed(await shopper.place({ paymentMethodToken: 'tok_approve', ...patient }), 'PlaceOrderSuccess');
  await shopper.orderReaches(placed.order.id, ['CONFIRMED']);
  const input = { orderId: placed.order.id };
  const { cancelOrder } = await shopper.client.ask(CancelOrderDocument, { idempotencyKey: aKey(), input });
  succeed(cancelOrder, 'CancelOrderSuccess');
  const order = await shopper.orderReaches(placed.order.id, ['CANCELLED']);
  expect(order).toMatchObject({ paymentStatus: 'REFUNDED', balance: { amount: 0 }, nextActions: [] });
  expect(await available(lamp)).toBe(stock);
});

test.each(['tok_timeout', 'tok_duplicate_webhook'])('a provider that behaves like %s charges once', async (token) => {
  const shopper = await aShopper();
  await shopper.add({ variantId: (await variantOf(lamp)).id });
  const placed = succeed(await shopper.place({ paymentMethodToken: token }), 'PlaceOrderSuccess');
  const order = await shopper.orderReaches(placed.order.id, ['CONFIRMED'], 40_000);
  expect(order.payments).toMatchObject([{ captured: order.total, refunded: { amount: 0 } }]);
});
