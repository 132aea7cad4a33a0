import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { customer, type OrderTestApp, orderTestApp, variantOf } from '#kit/order/app.ts';

let kit: OrderTestApp;
let people = 0;
let buyer = customer();

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(() => {
  buyer = customer(`buyer ${people++}`);
});

const cartFields = `{ id total { amount currency } updatedAt
  lines { id sku title quantity isAvailable variant { id } unitPrice { amount } total { amount } } }`;
const addToCart = `mutation ($key: String, $input: AddToCartInput!) { addToCart(idempotencyKey: $key, input: $input) {
  __typename ... on AddToCartSuccess { cart ${cartFields} } ... on Failure { message }
  ... on CartLimitExceeded { limit maximum } ... on VariantUnavailable { rejectedOrder { id } lines { variant { id } sku } } } }`;

const ask = (source: string, variables: object, viewer = buyer) => kit.ask(viewer, source, { ...variables });

describe('a cart in the graph', () => {
  it('is null for those who added nothing', async () => {
    expect(await ask('{ cart { id } }', {})).toEqual({ data: { cart: null } });
  });

  it('shows its lines at current prices', async () => {
    await ask(addToCart, { input: { variantId: variantOf('lamp'), quantity: 2 } });
    const { data } = await ask(`{ cart ${cartFields} }`, {});
    expect(data.cart).toMatchObject({
      total: { amount: 3_998, currency: 'EUR' },
      lines: [{ sku: 'LAMP', title: 'lamp', quantity: 2, isAvailable: true, unitPrice: { amount: 1_999 } }],
    });
  });

  it('shows what can no longer be bought as such, and leaves it out of the total', async () => {
    await kit.offer({ name: 'mug' });
    await kit.add('mug', 1, buyer.id);
    await kit.add('lamp', 1, buyer.id);
    await kit.offer({ name: 'mug', status: 'ARCHIVED', sequence: 2 });
    const { data } = await ask(`{ cart ${cartFields} }`, {});
    expect(data.cart.total).toMatchObject({ amount: 1_999 });
    expect(data.cart.lines[0]).toMatchObject({ title: 'mug', isAvailable: false, unitPrice: null, total: null });
  });

  it.each([0, -1, 100, 2_147_483_647])('refuses a quantity of %d as the fault of the caller', async (quantity) => {
    const variables = { input: { variantId: variantOf('lamp'), quantity } };
    expect((await ask(addToCart, variables)).codes).toEqual(['BAD_USER_INPUT']);
    expect((await ask('{ cart { id } }', {})).data.cart).toBeNull();
  });

  it('has no variant behind an id of another kind', async () => {
    for (const variantId of ['', 'x', namedId('User', 'anna'), `${variantOf('lamp')}x`])
      expect((await ask(addToCart, { input: { variantId } })).data.addToCart.__typename).toBe('VariantUnavailable');
  });

  it.each(['', 'x'.repeat(101), 'bell\u0007'])('refuses the idempotency key %j', async (key) => {
    expect((await ask(addToCart, { key, input: { variantId: variantOf('lamp') } })).codes).toEqual(['BAD_USER_INPUT']);
  });
});
