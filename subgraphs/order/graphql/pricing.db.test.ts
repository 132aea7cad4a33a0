import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { money } from '#contracts/money.ts';
import { customer, type OrderTestApp, orderTestApp, staff, variantOf } from '#kit/order/app.ts';

let kit: OrderTestApp;
const anna = customer();

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
  await kit.offer({ name: 'mug', price: money(500, 'EUR') });
});
afterAll(() => kit[Symbol.asyncDispose]());

const ask = (source: string, variables: object = {}, viewer = anna) => kit.ask(viewer, source, { ...variables });
/** One mutation, and all of what its union can tell. */
const mutate = async (name: string, input: object, viewer = staff) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const { data, codes } = await ask(
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on Failure { message }
      ... on ${type}Success { ${answers[name] ?? 'cart { id }'} }
      ${(failures[name] ?? []).join(' ')} } }`,
    { input },
    viewer,
  );
  return data?.[name] ?? codes;
};
const promotionFields = `promotion { id title version endsAt usageLimit used codes productIds minimumSpend { amount currency }
  effect { kind ratePpm amounts { amount currency } buy get giftVariantIds giftQuantity } }`;
const methods =
  'shippingMethods { id title pricing countries version prices { currency freeFrom steps { from amount } } }';
const rates = 'taxRates { country region taxClass ratePpm validFrom pricesIncludeTax }';
const answers: Record<string, string> = {
  ...{ createPromotion: promotionFields, revisePromotion: promotionFields, endPromotion: promotionFields },
  createCoupons: `codes ${promotionFields}`,
  ...{ saveShippingMethod: methods, removeShippingMethod: methods, saveTaxRate: rates, removeTaxRate: rates },
};
const invalid = '... on InvalidPricingRule { faults { path message } }';
const conflict = '... on VersionConflict { currentVersion }';
const failures: Record<string, string[]> = {
  createPromotion: [invalid],
  revisePromotion: [invalid, conflict],
  endPromotion: [conflict],
  createCoupons: [invalid, '... on CouponCodesTaken { codes }'],
  saveShippingMethod: [invalid, conflict],
  saveTaxRate: [invalid],
  applyCoupon: ['... on CouponNotApplicable { code couponReason }', '... on CartLimitExceeded { limit maximum }'],
  chooseShippingMethod: ['... on ShippingMethodUnavailable { currentCart { shippingMethods { title } } }'],
};
const cart = async (viewer = anna) =>
  (
    await ask(
      `{ cart { total { amount } totals { lines { amount } discount { amount } shipping { amount } tax { amount }
        taxIncluded { amount } total { amount currency } } discounts { title code amount { amount } }
        coupons { code isApplied reason message } gifts { title quantity variants { id } } country
        taxes { taxClass ratePpm base { amount } amount { amount } } shippingMethods { id title price { amount } }
        shippingMethod { title price { amount } } } }`,
      {},
      viewer,
    )
  ).data.cart;

describe('what staff decide', () => {
  it('makes, changes and ends a promotion', async () => {
    const created = await mutate('createPromotion', {
      ...{ title: 'Mugs', effect: { freeGift: { variantIds: [variantOf('mug')] } }, usageLimit: 5 },
      minimumSpend: [{ amount: 3_000, currency: 'EUR' }],
    });
    expect(created.promotion).toMatchObject({
      ...{ title: 'Mugs', version: 1, used: 0, usageLimit: 5, minimumSpend: [money(3_000, 'EUR')], codes: [] },
      effect: { kind: 'FREE_GIFT', giftVariantIds: [variantOf('mug')], giftQuantity: 1, ratePpm: null, amounts: null },
    });
    const { id } = created.promotion;
    expect(await mutate('revisePromotion', { id, expectedVersion: 1, title: 'A mug', usageLimit: 9 })).toMatchObject({
      promotion: { title: 'A mug', usageLimit: 9, version: 2 },
    });
    expect(await mutate('revisePromotion', { id, expectedVersion: 1, title: 'Late' })).toMatchObject({
      ...{ __typename: 'VersionConflict', currentVersion: 2 },
    });
    expect((await ask('{ promotions(first: 1) { edges { node { title } } } }', {}, staff)).data).toEqual({
      promotions: { edges: [{ node: { title: 'A mug' } }] },
    });
    expect(await mutate('endPromotion', { id })).toMatchObject({
      promotion: { version: 3, endsAt: expect.any(String) },
    });
    const audited = await kit.prisma.outboxMessage.findMany({ where: { type: 'staff.acted' } });
    expect(audited.map(({ data }) => (data as { action: string }).action)).toEqual([
      ...['createPromotion', 'revisePromotion', 'endPromotion'],
    ]);
  });

  it.each<[string, string, object, string[]]>([
    [
      'createPromotion',
      'more than all of it',
      { title: 'x', effect: { percentagePpm: 1_000_001 } },
      ['effect.ratePpm'],
    ],
    [
      'createPromotion',
      'an end before its beginning',
      { title: 'x', effect: { freeShipping: true }, startsAt: '2026-02-01T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' },
      ['endsAt'],
    ],
    [
      'saveShippingMethod',
      'steps that do not begin at nothing',
      { title: 'x', pricing: 'BY_TOTAL', prices: [{ currency: 'EUR', steps: [{ from: 1, amount: 1 }] }] },
      ['prices.0.steps'],
    ],
    [
      'saveTaxRate',
      'a country that cannot be one',
      { country: 'Germany', taxClass: 'STANDARD', ratePpm: 1, validFrom: '2026-01-01T00:00:00Z' },
      ['country'],
    ],
  ])('%s refuses %s', async (name, _, input, paths) => {
    const { __typename, faults } = await mutate(name, input);
    expect([__typename, faults.map(({ path }: { path: string }) => path)]).toEqual(['InvalidPricingRule', paths]);
  });

  it('makes codes up, or takes those that are free', async () => {
    const { promotion } = await mutate('createPromotion', {
      ...{ title: 'Welcome', needsCode: true, effect: { fixedAmounts: [{ amount: 100, currency: 'EUR' }] } },
    });
    const one = { promotionId: promotion.id, codes: ['well come'] };
    expect(await mutate('createCoupons', one)).toMatchObject({
      codes: ['WELLCOME'],
      promotion: { codes: ['WELLCOME'] },
    });
    expect(await mutate('createCoupons', one)).toMatchObject({ __typename: 'CouponCodesTaken', codes: ['WELLCOME'] });
    expect((await mutate('createCoupons', { promotionId: promotion.id, count: 3 })).codes).toHaveLength(3);
    expect(await mutate('createCoupons', { promotionId: promotion.id, codes: ['?'] })).toMatchObject({
      faults: [{ path: 'codes.0' }],
    });
    expect(await mutate('revisePromotion', { id: promotion.id, usageLimit: 5 })).toMatchObject({
      faults: [{ path: 'usageLimit', message: 'cannot be given to a promotion that had none' }],
    });
    expect(await mutate('createCoupons', { ...one, count: 3 })).toEqual(['BAD_USER_INPUT']);
  });

  it('is nobody else’s to read or write', async () => {
    for (const query of [
      '{ taxRates { country } }',
      '{ shippingMethods { id } }',
      '{ promotions { edges { cursor } } }',
    ])
      expect((await ask(query)).codes).toEqual(['FORBIDDEN']);
    expect(await mutate('createPromotion', { title: 'x', effect: { freeShipping: true } }, anna)).toEqual([
      'FORBIDDEN',
    ]);
  });
});

describe('a cart', () => {
  it('says what it comes to, and what could be taken off', async () => {
    await mutate('createPromotion', {
      title: 'Big',
      needsCode: true,
      effect: { percentagePpm: 100_000 },
      minimumSpend: [{ amount: 6_000, currency: 'EUR' }],
    }).then(({ promotion }) => mutate('createCoupons', { promotionId: promotion.id, codes: ['BIG'] }));
    await mutate('createPromotion', { title: 'A mug', effect: { freeGift: { variantIds: [variantOf('mug')] } } });
    await kit.add('lamp', 2);
    expect(await mutate('applyCoupon', { code: 'b-i-g' }, anna)).toMatchObject({ __typename: 'ApplyCouponSuccess' });
    expect(await mutate('applyCoupon', { code: 'none' }, anna)).toMatchObject({
      code: 'NONE',
      couponReason: 'UNKNOWN',
    });
    expect(await cart()).toMatchObject({
      totals: { lines: { amount: 3_998 }, discount: { amount: 0 }, total: { amount: 3_998, currency: 'EUR' } },
      coupons: [{ code: 'BIG', isApplied: false, reason: 'MINIMUM_SPEND', message: 'This code takes a larger order.' }],
      gifts: [{ title: 'A mug', quantity: 1, variants: [{ id: variantOf('mug') }] }],
      ...{ discounts: [], taxes: [], shippingMethods: [], shippingMethod: null, country: null },
    });
    await kit.add('lamp', 2);
    await kit.add('mug');
    expect(await cart()).toMatchObject({
      ...{ total: { amount: 7_196 }, totals: { lines: { amount: 8_496 }, discount: { amount: 1_300 } } },
      coupons: [{ isApplied: true, reason: null, message: null }],
      discounts: [
        { title: 'Big', code: 'BIG', amount: { amount: 850 } },
        { title: 'A mug', code: null, amount: { amount: 450 } },
      ],
    });
    await mutate('removeCoupon', { code: 'BIG' }, anna);
    expect(await cart()).toMatchObject({ total: { amount: 7_996 }, coupons: [] });
    for (const code of ['A', 'B', 'C', 'D', 'E']) await kit.promote({ minimumSpend: { EUR: 100_000 } }, `CODE${code}`);
    for (const code of ['A', 'B', 'C', 'D', 'E']) await mutate('applyCoupon', { code: `CODE${code}` }, anna);
    expect(await mutate('applyCoupon', { code: 'BIG' }, anna)).toMatchObject({ limit: 'COUPON_CODES', maximum: 5 });
  });

  it('is shipped and taxed where it goes, and ordered for what that comes to', async () => {
    const bert = customer('bert');
    await kit.add('lamp', 1, bert.id);
    const price = [{ currency: 'EUR', steps: [{ amount: 490 }], freeFrom: 5_000 }];
    const parcel = { title: 'Parcel', pricing: 'FLAT', countries: ['DE'], prices: price };
    const { shippingMethods } = await mutate('saveShippingMethod', parcel);
    const [{ id, version }] = shippingMethods;
    expect(await mutate('saveShippingMethod', { ...parcel, id, expectedVersion: version + 1 })).toMatchObject({
      currentVersion: 1,
    });
    const since = '2026-01-01T00:00:00Z';
    for (const rate of [190_000, 70_000])
      expect(
        await mutate('saveTaxRate', {
          country: 'DE',
          taxClass: 'STANDARD',
          ratePpm: rate,
          validFrom: since,
          pricesIncludeTax: true,
        }),
      ).toMatchObject({ taxRates: [{ country: 'DE', ratePpm: rate }] });

    const place = `mutation ($input: PlaceOrderInput!, $key: String!) { placeOrder(input: $input, idempotencyKey: $key) { __typename
      ... on CheckoutIncomplete { missing } ... on TotalsChanged { totals { total { amount } } }
      ... on PlaceOrderSuccess { order { totals { lines { amount } shipping { amount } taxIncluded { amount } total { amount } }
        shippingMethod { title price { amount } discount { amount } tax { amount } } taxes { taxClass amount { amount } }
        discounts { title amount { amount } } lines { total { amount } discount { amount } tax { amount } } } } } }`;
    const order = async (amount: number) =>
      (
        await ask(
          place,
          { key: `${amount}`, input: { paymentMethodToken: 'tok_approve', expectedTotal: money(amount, 'EUR') } },
          bert,
        )
      ).data.placeOrder;
    expect(await order(1_999)).toEqual({
      __typename: 'CheckoutIncomplete',
      missing: ['DESTINATION', 'SHIPPING_METHOD'],
    });

    expect(await mutate('chooseShippingMethod', { country: 'Germany' }, bert)).toEqual(['BAD_USER_INPUT']);
    await mutate('chooseShippingMethod', { country: 'US' }, bert);
    expect(await mutate('chooseShippingMethod', { shippingMethodId: id }, bert)).toMatchObject({
      ...{ __typename: 'ShippingMethodUnavailable', currentCart: { shippingMethods: [] } },
    });
    expect(await mutate('chooseShippingMethod', { shippingMethodId: id, country: 'DE' }, bert)).toMatchObject({
      __typename: 'ChooseShippingMethodSuccess',
    });
    expect(await cart(bert)).toMatchObject({
      ...{ country: 'DE', shippingMethods: [{ id, title: 'Parcel', price: { amount: 490 } }] },
      shippingMethod: { title: 'Parcel', price: { amount: 490 } },
      totals: { shipping: { amount: 490 }, tax: { amount: 0 }, taxIncluded: { amount: 163 }, total: { amount: 2_489 } },
      taxes: [{ taxClass: 'STANDARD', ratePpm: 70_000, base: { amount: 2_489 }, amount: { amount: 163 } }],
    });

    expect(await order(1_999)).toEqual({ __typename: 'TotalsChanged', totals: { total: { amount: 2_489 } } });
    expect(await order(2_489)).toMatchObject({
      order: {
        totals: {
          lines: { amount: 1_999 },
          shipping: { amount: 490 },
          taxIncluded: { amount: 163 },
          total: { amount: 2_489 },
        },
        shippingMethod: { title: 'Parcel', price: { amount: 490 }, discount: { amount: 0 }, tax: { amount: 32 } },
        taxes: [{ taxClass: 'STANDARD', amount: { amount: 163 } }],
        lines: [{ total: { amount: 1_999 }, discount: { amount: 0 }, tax: { amount: 131 } }],
      },
    });
    expect(await mutate('removeTaxRate', { country: 'DE', taxClass: 'STANDARD', validFrom: since })).toMatchObject({
      taxRates: [],
    });
    expect(await mutate('removeShippingMethod', { id })).toMatchObject({ shippingMethods: [] });
  });
});
