/** Live updates of orders, through the gateway. */
import { expect, test } from 'vitest';
import { expectOnlyNews, watchOrder } from '#kit/agora/watched-order.ts';
import { until } from '#kit/vitest/until.ts';
import { type Shopper, succeed } from '#launcher/shopper/shopper.ts';
import { ConfirmPaymentDocument } from '#operations/documents.generated.ts';
import { apolloClient, urqlClient } from './live-clients.ts';
import { agora, aKey, aShopper, staff, variantOf } from './shop.ts';

const place = async (shopper: Shopper, paymentMethodToken: string): Promise<string> => {
  await shopper.add({ variantId: (await variantOf('trail-lamp-200')).id });
  return succeed(await shopper.place({ paymentMethodToken }), 'PlaceOrderSuccess').order.id;
};

test('an order is streamed from its current state to CONFIRMED, with its payment, and the stream ends', async () => {
  const shopper = await aShopper();
  const id = await place(shopper, 'tok_approve');
  const watch = watchOrder(agora.gateway, shopper.accessToken, id);
  expect(await watch.ended).toBe('complete');
  expectOnlyNews(watch.orders);
  expect(watch.codes).toEqual([]);
  const last = watch.orders.at(-1);
  expect(last).toMatchObject({ status: 'CONFIRMED', isFinal: true, paymentStatus: 'PAID' });
  expect(last?.payments).toMatchObject([{ status: 'CAPTURED' }]);
});

test('an action of the customer is seen by the customer and by staff, each with their own permissions', async () => {
  const shopper = await aShopper();
  const id = await place(shopper, 'tok_action_required');
  const watches = [shopper, await staff()].map(({ accessToken }) => watchOrder(agora.gateway, accessToken, id));
  const asked = ({ orders }: (typeof watches)[number]) =>
    orders.some(({ paymentStatus }) => paymentStatus === 'ACTION_REQUIRED');
  await until('the bank asks for a step', () => watches.every(asked), 30_000);
  // Only the customer can take it.
  expect(watches.map(({ orders }) => orders.at(-1)?.nextActions)).toEqual([['CONFIRM_PAYMENT', 'CANCEL'], ['CANCEL']]);
  const { paymentAction } = await shopper.order(id);
  const input = { paymentId: paymentAction?.paymentId ?? '', code: 'approve' };
  await shopper.client.ask(ConfirmPaymentDocument, { idempotencyKey: aKey(), input });
  for (const { orders, ended } of watches) {
    expect(await ended).toBe('complete');
    expectOnlyNews(orders);
    expect(orders.at(-1)?.status).toBe('CONFIRMED');
  }
});

test("guests and other customers get what the query gives them, and the stream of another customer's order ends", async () => {
  const id = await place(await aShopper(), 'tok_decline');
  const guest = watchOrder(agora.gateway, undefined, id);
  const stranger = watchOrder(agora.gateway, (await aShopper()).accessToken, id);
  await Promise.all([guest.ended, stranger.ended]);
  expect(guest).toMatchObject({ orders: [], codes: ['UNAUTHENTICATED'] });
  expect(stranger).toMatchObject({ orders: [], codes: [] });
});

test.each([
  ['Apollo Client', apolloClient],
  ['urql', urqlClient],
])('%s watches an order to its end', async (_, connect) => {
  const shopper = await aShopper();
  const id = await place(shopper, 'tok_approve');
  const statuses: (string | undefined)[] = [];
  await connect(agora.gateway, () => shopper.accessToken).watch(id, (status) => statuses.push(status));
  expect(statuses.at(-1)).toBe('CONFIRMED');
});
