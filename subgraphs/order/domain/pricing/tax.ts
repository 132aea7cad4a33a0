/** Tax by country, region and class: rates are data, and each has a day from which it holds. */
import type { TaxClass } from '#contracts/tax-class.ts';
import { fractionOf, million, prorate, rateOf } from './rounding.ts';

export interface Destination {
  /** ISO 3166-1. */
  readonly country: string;
  /** ISO 3166-2 without the country, such as CA. */
  readonly region?: string | undefined;
}

export interface TaxRate {
  readonly country: string;
  /** Null where it holds in the whole country. */
  readonly region: string | null;
  readonly taxClass: TaxClass;
  /** Parts per million. */
  readonly ratePpm: number;
  readonly validFrom: Date;
  /** Of the country: all of its rates say the same. */
  readonly pricesIncludeTax: boolean;
}

/** An amount that is taxed: of a line, or the shipping. */
export interface Taxable {
  readonly taxClass: TaxClass;
  /** After discounts. */
  readonly amount: number;
}

/** What all of one class are taxed with. */
export interface TaxLine {
  readonly taxClass: TaxClass;
  readonly ratePpm: number;
  /** What the rate was applied to: with the tax in it, where prices include it. */
  readonly base: number;
  readonly amount: number;
}

export interface Taxes {
  readonly areIncluded: boolean;
  readonly lines: readonly TaxLine[];
  /** Of each taxable, in their order. */
  readonly shares: readonly number[];
}

/** The region's rate before the country's, the later before the earlier; undefined where there is none. */
export const rateFor = (
  rates: readonly TaxRate[],
  { country, region }: Destination,
  taxClass: TaxClass,
  now: Date,
): TaxRate | undefined => {
  const valid = rates
    .filter((rate) => rate.country === country && rate.taxClass === taxClass && rate.validFrom <= now)
    .sort((a, b) => b.validFrom.getTime() - a.validFrom.getTime());
  return valid.find((rate) => rate.region !== null && rate.region === region) ?? valid.find(({ region }) => !region);
};

/**
 * Tax is rounded once for all of a class, and divided among them by largest remainder. What has no rate is not taxed, and
 * nothing is where the destination is not known.
 */
export const taxOf = (
  taxables: readonly Taxable[],
  rates: readonly TaxRate[],
  destination: Destination | null,
  now: Date,
): Taxes => {
  const areIncluded = rates.some(
    ({ country, pricesIncludeTax }) => country === destination?.country && pricesIncludeTax,
  );
  const lines: TaxLine[] = [];
  const shares = taxables.map(() => 0);
  for (const [taxClass, places] of Map.groupBy(taxables.keys(), (place) => taxables[place]?.taxClass)) {
    const rate = destination && taxClass && rateFor(rates, destination, taxClass, now);
    if (!rate) continue;
    const amounts = places.map((place) => taxables[place]?.amount ?? 0);
    const base = amounts.reduce((sum, amount) => sum + amount, 0);
    const { ratePpm } = rate;
    const amount = areIncluded ? fractionOf(base, ratePpm, million + ratePpm) : rateOf(base, ratePpm);
    lines.push({ taxClass: rate.taxClass, ratePpm, base, amount });
    for (const [index, share] of prorate(amount, amounts).entries()) shares[places[index] ?? 0] = share;
  }
  return { areIncluded, lines, shares };
};
