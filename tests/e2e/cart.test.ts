/** The cart through the gateway: many tabs at once, and every failure that a customer can act on. */
import { expect, test } from 'vitest';
import { newGuest } from '#launcher/shopper/shopper.ts';
import { AddToCartDocument, CartDocument } from '#operations/documents.generated.ts';
import { agora, aKey, aShopper, variantOf } from './shop.ts';

const lamp = 'trail-lamp-200';
const unknownLine = 'lin_00000000000000000000000000000000';

const seoul = {
  ...{ name: 'Minjun Kim', line1: '152, Teheran-ro', city: 'Gangnam-gu', subdivision: 'Seoul' },
  ...{ postalCode: '06236', country: 'KR' },
};

test('twenty tabs put something into one cart at once, and all of it is in there', async () => {
  const [shopper, { id: variantId }, { id: other }] = [
    await aShopper(),
    await variantOf(lamp),
    await variantOf('last-kettle'),
  ];
  await Promise.all(
    Array.from({ length: 20 }, (_, tab) =>
      shopper.client.ask(AddToCartDocument, {
        idempotencyKey: aKey(),
        input: { variantId: tab % 4 === 0 ? other : variantId, quantity: 1 },
      }),
    ),
  );
  const { cart } = await shopper.client.ask(CartDocument);
  expect(cart?.lines.map(({ quantity }) => quantity).toSorted()).toEqual([15, 5]);
});

test('a guest says where to send it and whom to write to, and the order keeps that to the two of them', async () => {
  const guest = await newGuest(agora.gateway);
  const { id: variantId, price } = await variantOf(lamp);
  await guest.add({ variantId });
  const details = 'contactEmail note shippingAddress { name subdivisionName lines } billingAddress { name }';
  const said = await guest.client.send<Record<string, { __typename: string }>, object>(
    `mutation ($address: AddressInput!) {
      contact: setCartContact(input: { email: "minjun@example.com" }) { __typename }
      note: setCartNote(input: { note: "Ring twice." }) { __typename }
      shipping: setShippingAddress(input: { address: $address }) { __typename }
      billing: setBillingAddress(input: { address: $address }) { __typename } }`,
    { address: seoul },
  );
  expect(Object.values(said.data ?? {}).every(({ __typename }) => __typename.endsWith('Success'))).toBe(true);
  const placed = await guest.place({ paymentMethodToken: 'tok_approve', expectedTotal: price });
  const id = placed.__typename === 'PlaceOrderSuccess' ? placed.order.id : '';
  const seenBy = async ({ client }: Pick<typeof guest, 'client'>) =>
    (await client.send<{ order: object | null }, object>(`query ($id: ID!) { order(id: $id) { ${details} } }`, { id }))
      .data;
  expect(await seenBy(guest)).toEqual({
    order: {
      ...{ contactEmail: 'minjun@example.com', note: 'Ring twice.', billingAddress: { name: 'Minjun Kim' } },
      shippingAddress: {
        ...{ name: 'Minjun Kim', subdivisionName: 'Seoul' },
        lines: ['Minjun Kim', '152, Teheran-ro', 'Gangnam-gu', 'Seoul', '06236'],
      },
    },
  });
  expect(await seenBy(await aShopper())).toEqual({ order: null });
});

test('what an order was for is put into the cart again, with what there is to know of it', async () => {
  const shopper = await aShopper();
  const { id: variantId } = await variantOf(lamp);
  await shopper.add({ variantId, quantity: 2 });
  const placed = await shopper.place({ paymentMethodToken: 'tok_approve' });
  const id = placed.__typename === 'PlaceOrderSuccess' ? placed.order.id : '';
  const source = `mutation ($key: String, $id: ID!) { reorder(idempotencyKey: $key, input: { orderId: $id }) { __typename
    ... on ReorderSuccess { cart { lines { quantity variant { sku } } warnings { __typename message } } missing { sku } } } }`;
  const again = () => shopper.client.send<Record<string, object>, object>(source, { key: 'again', id });
  const { data } = await again();
  expect(data).toEqual({
    reorder: {
      __typename: 'ReorderSuccess',
      cart: { lines: [{ quantity: 2, variant: { sku: 'TRAIL-LAMP-200' } }], warnings: [] },
      missing: [],
    },
  });
  expect((await again()).data).toEqual(data);
});

test.each([
  ['InvalidEmail', 'setCartContact(input: { email: "minjun" }) { __typename }', {}],
  [
    'InvalidAddress',
    `setShippingAddress(input: { address: { name: "Kim", line1: "1", country: "XX" } }) {
      __typename ... on InvalidAddress { faults { field reason } } }`,
    { faults: [{ field: 'COUNTRY', reason: 'UNKNOWN' }] },
  ],
  [
    'InvalidAddress',
    `setBillingAddress(input: { address: { name: "", line1: "1", country: "DE", postalCode: "1", city: "Bonn" } }) {
      __typename ... on InvalidAddress { faults { field reason message } } }`,
    {
      faults: [
        { field: 'NAME', reason: 'REQUIRED' },
        { field: 'POSTAL_CODE', reason: 'INVALID_FORMAT', message: 'This is not a postal code of this country.' },
      ],
    },
  ],
  [
    'VariantUnavailable',
    'addToCart(input: { variantId: "nothing" }) { __typename ... on VariantUnavailable { lines { sku } } }',
    { lines: [] },
  ],
  [
    'CurrencyMismatch',
    `addToCart(input: { variantId: $variantId, currency: KRW }) {
      __typename ... on CurrencyMismatch { cartCurrency variantCurrencies } }`,
    { cartCurrency: 'EUR', variantCurrencies: expect.arrayContaining(['EUR', 'KRW']) },
  ],
  [
    'CartLimitExceeded',
    'addToCart(input: { variantId: $variantId, quantity: 99 }) { __typename ... on CartLimitExceeded { limit maximum } }',
    { limit: 'QUANTITY', maximum: 99 },
  ],
  [
    'CartLineNotFound',
    `changeCartLine(input: { lineId: "${unknownLine}", quantity: 1 }) {
      __typename ... on CartLineNotFound { currentCart { lines { quantity } } } }`,
    { currentCart: { lines: [{ quantity: 1 }] } },
  ],
  [
    'CartLineNotFound',
    `removeFromCart(input: { lineId: "${unknownLine}" }) {
      __typename ... on CartLineNotFound { currentCart { lines { quantity } } } }`,
    { currentCart: { lines: [{ quantity: 1 }] } },
  ],
])('%s is an answer of %s', async (__typename, field, failure) => {
  const guest = await newGuest(agora.gateway);
  const { id: variantId } = await variantOf(lamp);
  await guest.add({ variantId });
  const source = `mutation${field.includes('$') ? ' ($variantId: ID!)' : ''} { changed: ${field} }`;
  const { data } = await guest.client.send<{ changed: object }, object>(source, { variantId });
  expect(data?.changed).toMatchObject({ __typename, ...failure });
});
