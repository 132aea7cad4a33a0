/** Another customer's things look exactly like things that do not exist, on every path. */
import { beforeAll, expect, test } from 'vitest';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { type Shopper, succeed } from '#launcher/shopper/shopper.ts';
import { CancelOrderDocument, OrderPageDocument, PayOrderDocument } from '#operations/documents.generated.ts';
import { agora, aKey, aShopper, guest, staff, variantOf } from './shop.ts';

let owner: Shopper;
let stranger: Shopper;
let orderId: string;
beforeAll(async () => {
  [owner, stranger] = await Promise.all([aShopper(), aShopper()]);
  await owner.add({ variantId: (await variantOf('trail-lamp-200')).id });
  const placed = await owner.place({ paymentMethodToken: 'tok_approve', waitMs: 5_000 });
  orderId = succeed(placed, 'PlaceOrderSuccess').order.id;
});

test('an order is visible to its owner and staff, and to nobody else', async () => {
  expect((await owner.client.ask(OrderPageDocument, { id: orderId })).order?.id).toBe(orderId);
  expect((await (await staff()).client.ask(OrderPageDocument, { id: orderId })).order?.id).toBe(orderId);
  expect((await stranger.client.ask(OrderPageDocument, { id: orderId })).order).toBeNull();
});

test('a guest is asked to sign in', async () => {
  const { data, errors } = await guest.send(OrderPageDocument, { id: orderId });
  expect(data?.order ?? null).toBeNull();
  expect(errors[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});

test("another customer's mutations find no such order", async () => {
  const cancel = await stranger.client.send(CancelOrderDocument, { idempotencyKey: aKey(), input: { orderId } });
  const input = { orderId, paymentMethodToken: 'tok_approve' };
  const payment = await stranger.client.send(PayOrderDocument, { idempotencyKey: aKey(), input });
  expect([cancel, payment].map(({ errors }) => errors[0]?.extensions?.code)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  expect((await owner.order(orderId)).status).toBe('CONFIRMED');
});

test('_entities is not available to clients of the gateway', async () => {
  const query = `{ _entities(representations: [{ __typename: "Order", id: "${orderId}" }]) { __typename } }`;
  const { status, errors } = await stranger.client.send(query);
  expect({ status, code: errors[0]?.extensions?.code }).toEqual({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
});

test.each(['user', 'product', 'order', 'payment'])('%s refuses everybody but the gateway', async (name) => {
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }`;
  const of = [{ __typename: 'Order', id: orderId }];
  const direct = await graphqlClient(`${agora.urls[name]}/graphql`).send(query, { of });
  expect(direct).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNSIGNED_REQUEST' } }] });
});

test('a subgraph does not accept an access token of the gateway', async () => {
  const response = await fetch(`${agora.urls.order}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-agora-viewer': 'eyJhbGciOiJub25lIn0.eyJ2aWV3ZXIiOnt9fQ.' },
    body: JSON.stringify({ query: '{ orders { edges { node { id } } } }' }),
  });
  expect(response.status).toBe(401);
});
