import { expect, it } from 'vitest';
import { pricesOf } from './prices.ts';

const written = (cents: number) => pricesOf(cents).map(({ amount, currency }) => `${amount} ${currency}`);

it.each([
  [690, ['690 EUR', '790 USD', '590 GBP', '9900 KRW']],
  [3_490, ['3490 EUR', '3790 USD', '2990 GBP', '51900 KRW']],
  [18_900, ['18900 EUR', '20790 USD', '16290 GBP', '283900 KRW']],
  [2_500, ['2500 EUR', '3000 USD', '2000 GBP', '40000 KRW']],
])('%i cents are priced as a shop would', (cents, expected) => expect(written(cents)).toEqual(expected));

it('keeps what is dearer from being cheaper anywhere', () => {
  const cents = Array.from({ length: 600 }, (_, index) => 90 + index * 100);
  const dearer = cents
    .map(pricesOf)
    .every((prices, index, all) =>
      prices.every(({ amount }, at) => index === 0 || amount >= (all[index - 1]?.[at]?.amount ?? 0)),
    );
  expect(dearer).toBe(true);
});
