import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import { aLine, anna, noon } from '#kit/order/builders.ts';
import { factsOf } from '../pricing/pricing.fixture.ts';
import type { CatalogueEntry } from './cart.ts';
import { noDetails } from './details.ts';
import { reorderInto } from './reorder.ts';

const variantId = (name: string) => namedId('Variant', name);
const entry = (name: string, prices: Partial<Record<Currency, number>>): CatalogueEntry => ({
  ...{ variantId: variantId(name), productId: namedId('Product', name), sku: name, title: name, prices },
  facts: factsOf(name),
});
const catalogue = new Map(
  [entry('a', { EUR: 500 }), entry('b', { EUR: 300 }), entry('dollars', { USD: 1 }), entry('gone', {})].map((it) => [
    it.variantId,
    it,
  ]),
);
const cart = (...lines: [name: string, quantity: number][]) => ({
  ...{ id: namedId('Cart', 'one'), customerId: anna, currency: 'EUR' as const, updatedAt: noon, ...noDetails },
  ...{ couponCodes: [], shippingMethodId: null, country: null },
  lines: lines.map(([name, quantity]) => ({ id: namedId('CartLine', name), variantId: variantId(name), quantity })),
});
const ordered = (name: string, quantity: number) =>
  aLine({ variantId: variantId(name), sku: name, title: name, quantity });
const missing = (name: string, quantity: number, reason: string) => ({
  ...{ variantId: variantId(name), sku: name, title: name, quantity, reason },
});

describe('what an order was for', () => {
  it('is added to what the cart holds', () => {
    expect(reorderInto(cart(['a', 1]), catalogue, [ordered('a', 2), ordered('b', 3)])).toEqual({
      changed: [
        { variantId: variantId('a'), quantity: 3 },
        { variantId: variantId('b'), quantity: 3 },
      ],
      missing: [],
    });
  });

  it('is missing where it is not sold, not in this currency, or beyond what a line holds', () => {
    const lines = [ordered('gone', 1), ordered('unknown', 2), ordered('dollars', 1), ordered('a', 5)];
    expect(reorderInto(cart(['a', 97]), catalogue, lines)).toEqual({
      changed: [{ variantId: variantId('a'), quantity: 99 }],
      missing: [
        missing('gone', 1, 'UNAVAILABLE'),
        missing('unknown', 2, 'UNAVAILABLE'),
        missing('dollars', 1, 'CURRENCY'),
        missing('a', 3, 'LIMIT'),
      ],
    });
  });

  it('is counted once where two lines are of one variant', () => {
    expect(reorderInto(cart(['a', 96]), catalogue, [ordered('a', 2), ordered('a', 2)])).toEqual({
      changed: [{ variantId: variantId('a'), quantity: 99 }],
      missing: [missing('a', 1, 'LIMIT')],
    });
  });
});
