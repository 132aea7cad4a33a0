import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import {
  customer,
  guestCustomer,
  guestNamed,
  type OrderTestApp,
  orderTestApp,
  staff,
  variantOf,
} from '#kit/order/app.ts';

let kit: OrderTestApp;
beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());

const addToCart = `mutation ($input: AddToCartInput!) { addToCart(input: $input) {
  ... on AddToCartSuccess { cart { id lines { title quantity } } } } }`;
const placeOrder = `mutation ($key: String!) { placeOrder(idempotencyKey: $key,
  input: { paymentMethodToken: "tok", expectedTotal: { amount: 1999, currency: EUR } }) {
  __typename ... on PlaceOrderSuccess { order { id status nextActions customer { id } } } } }`;
const cancelOrder = `mutation ($id: ID!) { cancelOrder(idempotencyKey: "k", input: { orderId: $id }) { __typename } }`;

const fill = (viewer: Viewer) => kit.ask(viewer, addToCart, { input: { variantId: variantOf('lamp') } });
const place = async (viewer: Viewer, key = 'key') => (await kit.ask(viewer, placeOrder, { key })).data.placeOrder;

describe('a guest with a session', () => {
  const [ann, eve] = [guestCustomer('ann'), guestCustomer('eve')];

  it('has a cart, orders from it, sees the order and cancels it', async () => {
    expect((await fill(ann)).data.addToCart.cart.lines).toEqual([{ title: 'lamp', quantity: 1 }]);
    expect((await kit.ask(ann, '{ cart { lines { title } } }')).data.cart.lines).toEqual([{ title: 'lamp' }]);
    const { order } = await place(ann);
    expect(order).toMatchObject({ status: 'PLACED', customer: null, nextActions: ['CANCEL'] });
    const mine = await kit.ask(ann, `{ order(id: "${order.id}") { id } orders { edges { node { id } } } }`);
    expect(mine.data).toEqual({ order: { id: order.id }, orders: { edges: [{ node: { id: order.id } }] } });
    expect((await kit.ask(ann, cancelOrder, { id: order.id })).data.cancelOrder.__typename).toBe('CancelOrderSuccess');
  });

  it('finds nothing of another guest, and staff finds it', async () => {
    await fill(ann);
    const { order } = await place(ann, 'other');
    const one = `{ cart { id } order(id: "${order.id}") { id } }`;
    expect((await kit.ask(eve, one)).data).toEqual({ cart: null, order: null });
    expect((await kit.ask(eve, cancelOrder, { id: order.id })).codes).toEqual(['NOT_FOUND']);
    expect((await kit.ask(staff, one)).data.order).toEqual({ id: order.id });
  });

  it('is no user: a guest’s id opens nobody’s cart and orders', async () => {
    await fill(ann);
    const source = `query ($it: [_Any!]!) { _entities(representations: $it) { ... on User { id cart { id } } } }`;
    const it = [{ __typename: 'User', id: guestNamed('ann') }];
    for (const viewer of [customer(), staff])
      expect((await kit.ask(viewer, source, { it })).data._entities).toEqual([null]);
  });
});

describe('who is no customer', () => {
  it.each<[string, Viewer, string]>([
    ['a guest without a session', guest, 'UNAUTHENTICATED'],
    ['an API key', { kind: 'apiKey', id: newId('ApiKey'), permissions: ['orders:manage'] }, 'FORBIDDEN'],
  ])('%s has no cart and places no order', async (_, viewer, code) => {
    expect((await fill(viewer)).codes).toEqual([code]);
    expect((await kit.ask(viewer, placeOrder, { key: 'key' })).codes).toEqual([code]);
    expect((await kit.ask(viewer, '{ cart { id } }')).data.cart).toBeNull();
  });
});

it('tells a guest who has signed in meanwhile to go on as the user', async () => {
  const viewer = guestCustomer('bob');
  await fill(viewer);
  await kit.guestSignedIn(guestNamed('bob'), customer('bob').id);
  expect((await fill(viewer)).codes).toEqual(['UNAUTHENTICATED']);
  expect((await kit.ask(viewer, '{ cart { id } orders { edges { cursor } } }')).data).toEqual({
    cart: null,
    orders: { edges: [] },
  });
});

describe('a guest who has signed in', () => {
  it('repeats what changed the cart, and gets the cart that it is in now', async () => {
    const source = `mutation ($input: AddToCartInput!) { addToCart(idempotencyKey: "lost", input: $input) {
      __typename ... on AddToCartSuccess { cart { lines { title quantity } } } } }`;
    const input = { variantId: variantOf('lamp') };
    const ask = (viewer: Viewer) => kit.ask(viewer, source, { input });
    await ask(guestCustomer('lou'));
    const lou: Viewer = { ...customer('lou'), mergedGuestId: guestNamed('lou') };
    const cart = { lines: [{ title: 'lamp', quantity: 1 }] };
    for (const viewer of [lou, customer('lou')])
      expect((await ask(viewer)).data).toEqual({ addToCart: { __typename: 'AddToCartSuccess', cart } });
  });
});
