/** What the demo shop charges in its other currencies: the price in euro times a fixed factor, rounded as shops there do. */
import type { Currency } from '#contracts/money.ts';

interface Rule {
  /** Minor units of the currency for a euro cent, in hundredths. */
  readonly perCent: number;
  /** Prices go up in whole ones of it, in minor units … */
  readonly step: number;
  /** … less what makes them look smaller: 37.90 in dollars, 51,900 in won. */
  readonly lessThanRound: number;
}

const abroad: Readonly<Record<Exclude<Currency, 'EUR'>, Rule>> = {
  USD: { perCent: 110, step: 100, lessThanRound: 10 },
  GBP: { perCent: 86, step: 100, lessThanRound: 10 },
  // 1,500 won a euro: the won has no hundredths.
  KRW: { perCent: 1_500, step: 1_000, lessThanRound: 100 },
};
// A price in whole fives, such as a gift card's, stays one.
const roundCents = 500;

/** The price in each currency of the shop, in its minor units, from that in euro cents. What is dearer is nowhere cheaper. */
export const pricesOf = (cents: number): Record<Currency, number> => ({
  EUR: cents,
  USD: priceBy(abroad.USD, cents),
  GBP: priceBy(abroad.GBP, cents),
  KRW: priceBy(abroad.KRW, cents),
});

const priceBy = ({ perCent, step, lessThanRound }: Rule, cents: number): number => {
  const exact = (cents * perCent) / 100;
  if (cents % roundCents === 0) return Math.max(1, Math.round(exact / (5 * step))) * 5 * step;
  return Math.max(1, Math.round(exact / step)) * step - lessThanRound;
};
