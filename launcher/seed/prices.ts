/** What the demo shop charges in its other currencies: the price in euro times a fixed factor, rounded as shops there do. */
import { type Currency, type Money, money } from '#contracts/money.ts';

/**
 * Per euro in whole units of the currency, and the step that its prices go by, less what makes one look smaller: 34.90 in
 * dollars and pounds, 51,900 in won. In minor units.
 */
const abroad = {
  USD: { perEuro: 110, step: 100, lessThanRound: 10 },
  GBP: { perEuro: 86, step: 100, lessThanRound: 10 },
  KRW: { perEuro: 1_500, step: 1_000, lessThanRound: 100 },
} as const satisfies Partial<Record<Currency, unknown>>;
// A price in whole fives, such as a gift card's, stays one.
const roundCents = 500;

/** The price in each currency of the shop, from that in euro cents. A dearer one is nowhere cheaper. */
export const pricesOf = (cents: number): Money[] => [
  money(cents, 'EUR'),
  ...Object.entries(abroad).map(([currency, rule]) => money(priceBy(rule, cents), currency as keyof typeof abroad)),
];

const priceBy = (
  { perEuro, step, lessThanRound }: { perEuro: number; step: number; lessThanRound: number },
  cents: number,
): number => {
  const exact = (cents * perEuro) / 100;
  if (cents % roundCents === 0) return Math.max(1, Math.round(exact / (5 * step))) * 5 * step;
  return Math.max(1, Math.round(exact / step)) * step - lessThanRound;
};
