import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';
import { aLine, aNewOrder, anna, anOrder, attempt, noon } from '#kit/order/builders.ts';
import type { PricedLine } from '../cart/cart.ts';
import { noDetails } from '../cart/details.ts';
import { defaultTimings, orderStatuses } from '../checkout/steps.ts';
import { priceOf } from '../pricing/cart-pricing.ts';
import { aShippingMethod, aTaxRate, factsOf, noRules } from '../pricing/pricing.fixture.ts';
import { isAsAgreed } from './agreed-price.ts';
import { isOpen, type OpenOrdersBound, placeOrder } from './place-order.ts';

const priced = (name: string, quantity: number, unitPrice: Money | null): PricedLine => ({
  ...{ id: namedId('CartLine', name), variantId: namedId('Variant', name) },
  ...{ sku: name.toUpperCase(), title: name, quantity, unitPrice, facts: factsOf(name) },
});
const lamps = priced('lamp', 2, money(1_999, 'EUR'));
const tent = priced('tent', 1, money(30_000, 'EUR'));

const ordering = {
  ...{ id: namedId('Order', 'one'), customerId: anna, attemptId: attempt('first'), details: noDetails },
  ...{ method: { paymentMethodToken: 'tok_approve' } },
};
const place = (
  lines: readonly PricedLine[],
  {
    bounds = [],
    rules,
    expectedTotal,
  }: { bounds?: readonly OpenOrdersBound[]; expectedTotal?: Money; rules?: object } = {},
) => {
  const cart = {
    currency: 'EUR' as const,
    shippingAddress: null,
    country: null,
    shippingMethodId: null,
    couponCodes: [],
  };
  const price = priceOf(cart, lines, { ...noRules, ...rules }, noon);
  return placeOrder(
    defaultTimings,
    bounds,
    { lines, price, destination: null },
    { ...ordering, expectedTotal: expectedTotal ?? money(price.totals.total, 'EUR') },
    noon,
  );
};

describe('placing an order', () => {
  it('makes it of all the lines, as they are now', () => {
    const {
      number: _,
      pricing: __,
      pricingHash: ___,
      ...expected
    } = aNewOrder({
      lines: [
        aLine({ variantId: lamps.variantId, sku: 'LAMP', title: 'lamp' }),
        aLine({ variantId: tent.variantId, sku: 'TENT', title: 'tent', quantity: 1, unitPrice: money(30_000, 'EUR') }),
      ],
    });
    const placed = place([lamps, tent], { expectedTotal: money(33_998, 'EUR') });
    expect(placed).toMatchObject({ ok: true, value: expected });
    if (!placed.ok) throw new Error(placed.failure.message);
    const { value } = placed;
    expect(isAsAgreed(value)).toBe(true);
    for (const changed of [{ total: money(33_997, 'EUR') }, { lines: value.lines.toReversed() }])
      expect(isAsAgreed({ ...value, ...changed })).toBe(false);
    expect(expected.total).toEqual(money(33_998, 'EUR'));
  });

  it.each([
    ['nothing', [], {}, { kind: 'EmptyCart' }],
    [
      'what is not for sale',
      [lamps, priced('gone', 1, null), priced('lost', 1, null)],
      {},
      {
        ...{ kind: 'VariantUnavailable', message: 'Some of these items are not for sale.' },
        lines: ['gone', 'lost'].map((name) => ({ variantId: namedId('Variant', name), sku: name.toUpperCase() })),
      },
    ],
    [
      'more than an order may come to',
      [priced('castle', 1, money(100_000_001, 'EUR'))],
      {},
      { kind: 'CartLimitExceeded', limit: 'TOTAL' },
    ],
    [
      'at another total than the customer was shown',
      [lamps],
      { expectedTotal: money(3_997, 'EUR') },
      {
        ...{ kind: 'TotalsChanged', message: 'The total is not the one that you were shown. Nothing was ordered.' },
        ...{ totals: expect.objectContaining({ lines: 3_998, discount: 0, total: 3_998, currency: 'EUR' }) },
      },
    ],
    [
      'no country, where there are shipping methods',
      [lamps],
      { rules: { shippingMethods: [aShippingMethod()] } },
      { kind: 'CheckoutIncomplete', missing: ['DESTINATION', 'SHIPPING_METHOD'] },
    ],
    [
      'no country, where there are taxes',
      [lamps],
      { rules: { taxRates: [aTaxRate()] } },
      { kind: 'CheckoutIncomplete', missing: ['DESTINATION'] },
    ],
  ] as const)('fails with %s', (_, lines, how, failure) => {
    expect(place(lines, how)).toEqual({ ok: false, failure: expect.objectContaining(failure) });
  });
});

describe('orders that are not paid yet', () => {
  it('are open from the beginning until the payment is approved, and while it can be tried again', () => {
    const open = orderStatuses.filter((status) => isOpen(anOrder({ status })));
    expect(open).toEqual(['PLACED', 'AUTHORIZING', 'PAYMENT_FAILED']);
    expect(isOpen({ status: 'COMPENSATING', compensateTo: 'PAYMENT_FAILED' })).toBe(true);
  });

  // Two lamps are ordered.
  const most = { orders: 3, units: 20 };
  const bound = (orders: number, units: number, of: OpenOrdersBound['of'] = 'CUSTOMER') => ({
    ...{ of, open: { orders, units }, most },
  });

  it('leave room for another one up to their bounds', () => {
    expect(place([lamps], { bounds: [bound(2, 18), bound(2, 18, 'ADDRESS')] })).toMatchObject({ ok: true });
  });

  const [tooManyOrders, tooManyUnits] = [/^You have 3 orders/, /^With this order there would be 21 units .* 20 is/];
  it.each([
    ['as many orders as there may be', [bound(3, 3)], tooManyOrders, 3, 5],
    ['more units than there may be', [bound(2, 19)], tooManyUnits, 2, 21],
    ['an order that is too large by itself', [bound(0, 19)], /^One order has up to 20 units, and .* 21/, 0, 21],
    ['too many orders at an address', [bound(1, 1), bound(3, 3, 'ADDRESS')], /^Guests on this network/, 3, 5],
    ['its own bound first', [bound(3, 3), bound(4, 4, 'ADDRESS')], tooManyOrders, 3, 5],
  ] as const)('leave none beyond: %s', (_, bounds, message, openOrders, units) => {
    expect(place([lamps], { bounds })).toEqual({
      ok: false,
      failure: {
        ...{ kind: 'TooManyOpenOrders', message: expect.stringMatching(message), openOrders, units },
        ...{ maximumOrders: 3, maximumUnits: 20 },
      },
    });
  });
});
