/** Another customer's things look exactly like things that do not exist, on every path. */
import { beforeAll, expect, test } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { newAccount, type Shopper, shopperOf, succeed } from '#launcher/shopper/shopper.ts';
import {
  AuditLogDocument,
  type AuditLogQueryVariables,
  CancelOrderDocument,
  GrantRoleDocument,
  OrderPageDocument,
  PayOrderDocument,
  SaveRoleDocument,
} from '#operations/documents.generated.ts';
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

test('what staff do to an order of a customer is in the audit log, with who, what and whose', async () => {
  const admin = await shopperOf(agora.gateway, { email: 'admin@example.com', password: 'demo-admin-1' });
  const { client } = admin;
  const desk = { name: 'ORDER_DESK', permissions: ['orders:read', 'orders:manage'] };
  succeed((await client.ask(SaveRoleDocument, { input: desk })).saveRole, 'SaveRoleSuccess');
  const credentials = await newAccount(agora.gateway);
  const before = await shopperOf(agora.gateway, credentials);
  const input = { userId: before.userId, role: desk.name };
  succeed((await client.ask(GrantRoleDocument, { input })).grantRole, 'GrantRoleSuccess');
  const clerk = await shopperOf(agora.gateway, credentials);

  await owner.add({ variantId: (await variantOf('trail-lamp-200')).id });
  const placed = await owner.place({ paymentMethodToken: 'tok_approve', waitMs: 5_000 });
  const { id } = succeed(placed, 'PlaceOrderSuccess').order;
  const cancel = { idempotencyKey: aKey(), input: { orderId: id } };
  succeed((await clerk.client.ask(CancelOrderDocument, cancel)).cancelOrder, 'CancelOrderSuccess');

  const logged = async (filter: AuditLogQueryVariables) =>
    (await client.ask(AuditLogDocument, filter)).auditLog?.edges.map(({ node }) => node) ?? [];
  await until('it is in the log', async () => (await logged({ subject: id })).length === 1, 15_000);
  expect(await logged({ customer: owner.userId })).toMatchObject([
    { actorId: clerk.userId, action: 'cancelOrder', subjectType: 'Order', subjectId: id, customerId: owner.userId },
  ]);
  expect(await logged({ customer: clerk.userId })).toMatchObject([{ actorId: admin.userId, action: 'grantRole' }]);
});
