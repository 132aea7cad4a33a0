/** Invalid input gets a clear code and changes nothing. */
import { beforeAll, expect, test } from 'vitest';
import { type Shopper, succeed } from '#launcher/shopper/shopper.ts';
import { AddToCartDocument, CartDocument, PlaceOrderDocument } from '#operations/documents.generated.ts';
import { agora, aKey, aShopper, variantOf } from './shop.ts';

let shopper: Shopper;
let variantId: string;
beforeAll(async () => {
  shopper = await aShopper();
  variantId = (await variantOf('trail-lamp-200')).id;
});

const post = async (body: string) => {
  const response = await fetch(agora.gateway, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answer = (await response.json()) as { errors: { extensions?: { code?: string } }[] };
  return { status: response.status, code: answer.errors[0]?.extensions?.code };
};
const unknownId = `${'var_'}${'0'.repeat(32)}`;

test.each([
  ['{', 400, 'BAD_REQUEST'],
  ['[]', 400, 'BATCHING_NOT_SUPPORTED'],
  ['{}', 400, 'BAD_REQUEST'],
  ['{"query": "{ products "}', 400, 'GRAPHQL_PARSE_FAILED'],
  ['{"query": "{ nothing }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
])('the body %s', async (body, status, code) => {
  expect(await post(body)).toEqual({ status, code });
});

test.each([0, -1, 100, 2_147_483_647])('a quantity of %i is refused', async (quantity) => {
  const { errors } = await shopper.client.send(AddToCartDocument, { input: { variantId, quantity } });
  expect(errors[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});

test.each(['two', 1.5, 2_147_483_648, null])('a quantity of %o is invalid', async (quantity) => {
  const { status, errors } = await shopper.client.send(AddToCartDocument as never, { input: { variantId, quantity } });
  expect({ status, code: errors[0]?.extensions?.code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
});

test.each(['', 'nonsense', unknownId, 'x'.repeat(10_000)])('there is no variant %o', async (id) => {
  const { data, errors } = await shopper.client.send(AddToCartDocument, { input: { variantId: id, quantity: 1 } });
  expect(data?.addToCart?.__typename ?? errors[0]?.extensions?.code).toMatch(/^(VariantUnavailable|BAD_USER_INPUT)$/);
});

test('the cart is still empty after all that, and cannot be ordered', async () => {
  expect((await shopper.client.ask(CartDocument)).cart?.lines ?? []).toEqual([]);
  succeed(await shopper.place({ paymentMethodToken: 'tok_approve' }), 'EmptyCart');
});

test.each([
  ['an empty key', '', { paymentMethodToken: 'tok_approve' }],
  ['an endless key', 'k'.repeat(101), { paymentMethodToken: 'tok_approve' }],
  ['an empty token', aKey(), { paymentMethodToken: '' }],
  ['an endless token', aKey(), { paymentMethodToken: 't'.repeat(201) }],
  ['a wait of an hour', aKey(), { paymentMethodToken: 'tok_approve', waitMs: 3_600_000 }],
  ['a negative wait', aKey(), { paymentMethodToken: 'tok_approve', waitMs: -1 }],
])('placeOrder refuses %s', async (_, idempotencyKey, input) => {
  const { errors } = await shopper.client.send(PlaceOrderDocument, {
    idempotencyKey,
    input: { ...input, expectedTotal: { amount: 1, currency: 'EUR' } },
  });
  expect(errors[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});
