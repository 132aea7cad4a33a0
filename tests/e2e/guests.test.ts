/** Customers without an account, and what becomes of their cart, orders and payments when they sign in. */
import { expect, test } from 'vitest';
import { expectOnlyNews, watchOrder } from '#kit/agora/watched-order.ts';
import { until } from '#kit/vitest/until.ts';
import { newAccount, newGuest, succeed } from '#launcher/shopper/shopper.ts';
import { CartDocument, ConfirmPaymentDocument, OrdersDocument } from '#operations/documents.generated.ts';
import { agora, aKey, variantOf } from './shop.ts';

const lamp = 'trail-lamp-200';
const aGuest = () => newGuest(agora.gateway);

test('a guest watches an order, takes the extra step of the bank, and has bought', async () => {
  const guest = await aGuest();
  await guest.add({ variantId: (await variantOf(lamp)).id });
  const placed = await guest.place({ paymentMethodToken: 'tok_action_required' });
  const { id } = succeed(placed, 'PlaceOrderSuccess').order;
  const watch = watchOrder(agora.gateway, guest.accessToken, id);
  await until(
    'the bank asks for a step',
    () => watch.orders.some(({ paymentStatus }) => paymentStatus === 'ACTION_REQUIRED'),
    30_000,
  );
  const { paymentAction } = await guest.order(id);
  const input = { paymentId: paymentAction?.paymentId ?? '', code: 'approve' };
  await guest.client.ask(ConfirmPaymentDocument, { idempotencyKey: aKey(), input });
  expect(await watch.ended).toBe('complete');
  expectOnlyNews(watch.orders);
  expect(watch.orders.at(-1)).toMatchObject({ status: 'CONFIRMED', paymentStatus: 'PAID' });
  expect((await guest.order(id)).payments).toMatchObject([{ status: 'CAPTURED' }]);
  expect(await (await aGuest()).order(id).catch((error: Error) => error)).toBeInstanceOf(Error);
});

test('a guest who signs in finds cart, order and payment; the guest’s token opens nothing any more', async () => {
  const [guest, account] = [await aGuest(), await newAccount(agora.gateway)];
  const { id: variantId } = await variantOf(lamp);
  await guest.add({ variantId });
  const { order } = succeed(await guest.place({ paymentMethodToken: 'tok_approve' }), 'PlaceOrderSuccess');
  await guest.orderReaches(order.id, ['CONFIRMED']);
  await guest.add({ variantId, quantity: 2 });
  const shopper = await guest.signIn(account);
  const mine = async () => {
    const { cart } = await shopper.client.ask(CartDocument);
    const { orders } = await shopper.client.ask(OrdersDocument, {});
    return { lines: cart?.lines.map(({ quantity }) => quantity), orders: orders?.edges.map(({ node }) => node.id) };
  };
  await expect.poll(mine, { timeout: 15_000 }).toEqual({ lines: [2], orders: [order.id] });
  await expect
    .poll(async () => (await shopper.order(order.id)).payments, { timeout: 15_000 })
    .toMatchObject([{ status: 'CAPTURED' }]);
  await expect
    .poll(async () => (await guest.client.send('{ cart { id } }')).errors, { timeout: 15_000 })
    .toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('a guest who signs in may go on at once: the order is of what was in the cart, and a repeated one is the same', async () => {
  const variant = await variantOf(lamp);
  const expectedTotal = { amount: (variant.price?.amount ?? 0) * 2, currency: 'EUR' as const };
  const [asGuest, asUser] = [await aGuest(), await aGuest()];
  for (const guest of [asGuest, asUser]) await guest.add({ variantId: variant.id, quantity: 2 });
  const shopper = await asUser.signIn(await newAccount(agora.gateway));
  const input = { paymentMethodToken: 'tok_approve', expectedTotal };
  const { order } = succeed(await shopper.place(input), 'PlaceOrderSuccess');
  expect((await shopper.order(order.id)).total.amount).toBe(expectedTotal.amount);

  const key = aKey();
  const placed = succeed(await asGuest.place(input, key), 'PlaceOrderSuccess');
  const sameShopper = await asGuest.signIn(await newAccount(agora.gateway));
  const repeated = succeed(await sameShopper.place(input, key), 'PlaceOrderSuccess');
  expect(repeated.order.id).toBe(placed.order.id);
  expect((await sameShopper.client.ask(OrdersDocument, {})).orders?.edges).toHaveLength(1);
});
