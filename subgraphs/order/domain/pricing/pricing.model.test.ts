/** What is true of every cart, whatever promotions, shipping, taxes and currency. PRICING_CASES=100000 for a night's worth. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyInput } from './pricing.fixture.ts';
import { type Pricing, priceCart } from './pricing.ts';
import { fractionOf, million, prorate, shareOf } from './rounding.ts';

// 1,500 of each of seven: more than ten thousand carts in two seconds.
const numRuns = Number(process.env.PRICING_CASES ?? 1_500);
const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

describe('any cart', () => {
  it('adds up: in all, by line, by promotion and by tax rate, and nothing is negative', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { totals, lines, shipping, applied, taxes, pricesIncludeTax } = priceCart(input);
        const { currency: _, ...amounts } = totals;
        expect(totals.lines + totals.shipping + totals.tax - totals.discount).toBe(totals.total);
        expect(Math.min(...Object.values(amounts))).toBeGreaterThanOrEqual(0);
        expect(totals.lines).toBe(sum(input.lines.map(({ quantity, unitAmount }) => quantity * unitAmount)));
        expect(totals.discount).toBe(sum(lines.map(({ discount }) => discount)) + (shipping?.discount ?? 0));
        expect(totals.discount).toBe(sum(applied.map(({ amount }) => amount)));
        const tax = sum(lines.map((line) => line.tax)) + (shipping?.tax ?? 0);
        expect([totals.tax + totals.taxIncluded, sum(taxes.map(({ amount }) => amount))]).toEqual([tax, tax]);
        const ofShipping = shipping ? shipping.amount - shipping.discount + (pricesIncludeTax ? 0 : shipping.tax) : 0;
        expect(sum(lines.map(({ total }) => total)) + ofShipping).toBe(totals.total);
      }),
      { numRuns },
    );
  });

  it('gives no discount twice, and none beyond what it is of', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { lines, shipping, applied } = priceCart(input);
        for (const { subtotal, discount, discounts, tax, total } of lines) {
          expect(discount).toBeLessThanOrEqual(subtotal);
          expect(sum(discounts.map(({ amount }) => amount))).toBe(discount);
          expect(new Set(discounts.map(({ promotionId }) => promotionId)).size).toBe(discounts.length);
          expect(Math.min(tax, total, ...discounts.map(({ amount }) => amount))).toBeGreaterThanOrEqual(0);
        }
        expect(shipping?.discount ?? 0).toBeLessThanOrEqual(shipping?.amount ?? 0);
        const gifts = applied.filter(({ candidate }) => candidate.promotion.effect.kind === 'FREE_GIFT');
        const dearest = Math.max(...input.lines.map(({ unitAmount }) => unitAmount));
        for (const { candidate, amount } of gifts)
          expect(amount).toBeLessThanOrEqual(
            (candidate.promotion.effect as { quantity: number }).quantity * (dearest + 1),
          );
      }),
      { numRuns },
    );
  });

  it('comes to the same in whatever order the promotions are read', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const reversed = { ...input, candidates: input.candidates.toReversed() };
        expect(priceCart(reversed)).toEqual(priceCart(input));
      }),
      { numRuns },
    );
  });

  it('answers for each promotion, once: applied, or why not', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { applied, refused } = priceCart(input);
        const answered = [...applied, ...refused].map(({ candidate }) => candidate.promotion.id);
        expect(answered.toSorted()).toEqual(input.candidates.map(({ promotion }) => promotion.id).toSorted());
        const isAlone = applied.some(({ candidate }) => candidate.promotion.isExclusive);
        expect(isAlone && applied.length > 1).toBe(false);
      }),
      { numRuns },
    );
  });

  it('costs no more for an exclusive promotion that comes on top', () => {
    fc.assert(
      fc.property(anyInput, fc.nat(), (input, pick) => {
        const place = input.candidates.length === 0 ? -1 : pick % input.candidates.length;
        const alone = input.candidates.map((each, at) =>
          at === place ? { ...each, promotion: { ...each.promotion, isExclusive: true } } : each,
        );
        const without = input.candidates.filter((_, at) => at !== place);
        const beforeTax = ({ totals }: Pricing) => totals.total - totals.tax;
        expect(beforeTax(priceCart({ ...input, candidates: alone }))).toBeLessThanOrEqual(
          beforeTax(priceCart({ ...input, candidates: without })),
        );
      }),
      { numRuns },
    );
  });

  it('rounds each tax rate once: never more than half a unit off', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { taxes, pricesIncludeTax } = priceCart(input);
        for (const { base, ratePpm, amount } of taxes) {
          const exact = (base * ratePpm) / (pricesIncludeTax ? million + ratePpm : million);
          // A thousandth: what a double leaves off at this size.
          expect(Math.abs(exact - amount)).toBeLessThanOrEqual(0.501);
        }
      }),
      { numRuns },
    );
  });

  it('is given back to the last unit, whatever comes back in whatever parts', () => {
    fc.assert(
      fc.property(
        anyInput,
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 }),
        (input, parts) => {
          for (const [place, { total, discount, tax }] of priceCart(input).lines.entries()) {
            const quantity = input.lines[place]?.quantity ?? 0;
            for (const amount of [total, discount, tax]) expect(sum(inParts({ amount, quantity }, parts))).toBe(amount);
          }
        },
      ),
      { numRuns },
    );
  });
});

/** Gives so many units, then so many; from the front again until none is left. */
const inParts = (line: { readonly amount: number; readonly quantity: number }, parts: readonly number[]): number[] => {
  const shares: number[] = [];
  for (let given = 0, at = 0; given < line.quantity; at++) {
    const units = Math.min(parts[at % parts.length] ?? 1, line.quantity - given);
    const share = shareOf(line, given, units);
    expect(share).toBeGreaterThanOrEqual(0);
    shares.push(share);
    given += units;
  }
  return shares;
};

describe('the rounding', () => {
  it('divides without losing or making a unit, and gives nobody more than their weight', () => {
    const weights = fc.array(fc.nat({ max: 100_000_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(weights, fc.nat({ max: 100_000_000 }), (all, wanted) => {
        const whole = sum(all);
        const amount = Math.min(wanted, whole);
        const shares = prorate(amount, all);
        expect(sum(shares)).toBe(whole === 0 ? 0 : amount);
        for (const [at, share] of shares.entries()) {
          expect(share).toBeLessThanOrEqual(all[at] ?? 0);
          expect(share).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns },
    );
  });

  it.each([
    [1, 1, 2, 1],
    [5, 1, 2, 3],
    [1, 1, 3, 0],
    [2, 1, 3, 1],
    [100_000_000, 999_999, 1_000_000, 99_999_900],
  ])('%i × %i/%i, half up, is %i', (amount, numerator, denominator, expected) => {
    expect(fractionOf(amount, numerator, denominator)).toBe(expected);
  });

  it.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [2, [1, 1, 1], [1, 1, 0]],
    [5, [10, 30, 60], [1, 1, 3]],
    [3, [0, 0], [0, 0]],
  ])('divides %i by %j into %j', (amount, weights, expected) => {
    expect(prorate(amount, weights)).toEqual(expected);
  });
});
