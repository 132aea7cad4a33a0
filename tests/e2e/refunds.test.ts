/** Money that staff move by hand, and what the order and its customer see of it. */
import { expect, test } from 'vitest';
import { type Shopper, succeed } from '#launcher/shopper/shopper.ts';
import {
  AccountDocument,
  RecordOfflinePaymentDocument,
  RefundPaymentDocument,
  VoidPaymentDocument,
} from '#operations/documents.generated.ts';
import { aKey, aShopper, staff, variantOf } from './shop.ts';

const buy = async (shopper: Shopper, paymentMethodToken: string) => {
  await shopper.add({ variantId: (await variantOf('trail-lamp-200')).id, quantity: 2 });
  return succeed(await shopper.place({ paymentMethodToken, waitMs: 5_000 }), 'PlaceOrderSuccess').order.id;
};
const paymentOf = async (shopper: Shopper, id: string) => (await shopper.order(id)).payments?.[0]?.id ?? '';
const titles = async (shopper: Shopper) =>
  (await shopper.client.ask(AccountDocument)).me?.notifications?.edges.map(({ node }) => node.title) ?? [];

test('staff refund a confirmed order in parts: the order stays, says so, and its customer is told', async () => {
  const shopper = await aShopper();
  const { client } = await staff();
  const id = await buy(shopper, 'tok_approve');
  const { total, number } = await shopper.orderReaches(id, ['CONFIRMED']);
  const paymentId = await paymentOf(shopper, id);
  const refund = async (cents: number) => {
    const amount = { amount: cents, currency: total.currency };
    const input = { paymentId, amount, reason: 'one came back' };
    return (await client.ask(RefundPaymentDocument, { idempotencyKey: aKey(), input })).refundPayment;
  };
  const status = async () => (await shopper.order(id)).paymentStatus;

  succeed(await refund(500), 'RefundPaymentSuccess');
  await expect.poll(status, { timeout: 20_000 }).toBe('PARTIALLY_REFUNDED');
  const tooMuch = succeed(await refund(total.amount), 'RefundTooLarge');
  expect(tooMuch.maximumRefundable).toEqual({ amount: total.amount - 500, currency: total.currency });
  succeed(await refund(total.amount - 500), 'RefundPaymentSuccess');
  await expect.poll(status, { timeout: 20_000 }).toBe('REFUNDED');

  const order = await shopper.order(id);
  expect(order).toMatchObject({ status: 'CONFIRMED', balance: { amount: 0 } });
  expect(order.timeline.slice(-2).map(({ amount }) => amount?.amount)).toEqual([500, total.amount - 500]);
  await expect
    .poll(async () => (await titles(shopper)).filter((title) => title === `Refund for order ${number}`).length, {
      timeout: 20_000,
    })
    .toBe(2);
});

test('staff void a payment whose customer is at their bank: the order is cancelled', async () => {
  const shopper = await aShopper();
  const { client } = await staff();
  const id = await buy(shopper, 'tok_action_required');
  await expect.poll(async () => (await shopper.order(id)).paymentAction, { timeout: 20_000 }).not.toBeNull();
  const input = { paymentId: await paymentOf(shopper, id) };
  const { voidPayment } = await client.ask(VoidPaymentDocument, { idempotencyKey: aKey(), input });
  succeed(voidPayment, 'VoidPaymentSuccess');
  const order = await shopper.orderReaches(id, ['CANCELLED'], 20_000);
  expect(order.failure).toMatchObject({ __typename: 'OrderCancelled' });
});

test('an order that is paid by transfer waits for its money, and is confirmed once staff have recorded it', async () => {
  const shopper = await aShopper();
  const { client } = await staff();
  const id = await buy(shopper, 'offline_transfer');
  await expect.poll(async () => (await shopper.order(id)).paymentStatus, { timeout: 20_000 }).toBe('AWAITING_FUNDS');
  const waiting = await shopper.order(id);
  expect(waiting).toMatchObject({ status: 'AUTHORIZING', nextActions: ['PAY_OFFLINE', 'CANCEL'], paymentAction: null });
  const title = `Order ${waiting.number} waits for your payment`;
  await expect.poll(() => titles(shopper), { timeout: 20_000 }).toContain(title);

  const { total: amount } = waiting;
  const input = { paymentId: await paymentOf(shopper, id), amount };
  const { recordOfflinePayment } = await client.ask(RecordOfflinePaymentDocument, { idempotencyKey: aKey(), input });
  succeed(recordOfflinePayment, 'RecordOfflinePaymentSuccess');
  const order = await shopper.orderReaches(id, ['CONFIRMED'], 20_000);
  expect(order).toMatchObject({ paymentStatus: 'PAID', balance: { amount: amount.amount } });
});
