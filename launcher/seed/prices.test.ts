import { expect, it } from 'vitest';
import { pricesOf } from './prices.ts';

it.each([
  [690, { USD: 790, GBP: 590, KRW: 9_900 }],
  [3_490, { USD: 3_790, GBP: 2_990, KRW: 51_900 }],
  [18_900, { USD: 20_790, GBP: 16_290, KRW: 283_900 }],
  [2_500, { USD: 3_000, GBP: 2_000, KRW: 40_000 }],
])('%i euro cents are priced as a shop would', (cents, expected) => {
  expect(pricesOf(cents)).toEqual({ EUR: cents, ...expected });
});

it('makes what is dearer nowhere cheaper', () => {
  const ascending = Array.from({ length: 600 }, (_, index) => pricesOf(90 + index * 100));
  for (const currency of ['USD', 'GBP', 'KRW'] as const) {
    const amounts = ascending.map((prices) => prices[currency]);
    expect(amounts).toEqual(amounts.toSorted((a, b) => a - b));
  }
});
