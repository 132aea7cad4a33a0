/** What it costs to have a cart brought. */
import type { ShippingMethodId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import type { TaxClass } from '#contracts/tax-class.ts';
import type { Destination } from './tax.ts';

export const shippingPricings = ['FLAT', 'BY_WEIGHT', 'BY_TOTAL'] as const;
export type ShippingPricing = (typeof shippingPricings)[number];

/** From so much on, in grams or minor units, it costs so much. */
export interface ShippingStep {
  readonly from: number;
  readonly amount: number;
}

export interface ShippingPrice {
  readonly currency: Currency;
  /** Ascending, the first from 0; a flat price is one step. */
  readonly steps: readonly ShippingStep[];
  /** Free for goods of so much, after discounts; null where it never is. */
  readonly freeFrom: number | null;
}

export interface ShippingMethod {
  readonly id: ShippingMethodId;
  readonly title: string;
  readonly pricing: ShippingPricing;
  /** ISO 3166-1; wherever the shop sells to if empty. */
  readonly countries: readonly string[];
  readonly prices: readonly ShippingPrice[];
  readonly taxClass: TaxClass;
  /** The lower comes first in a list. */
  readonly position: number;
  readonly isActive: boolean;
  readonly version: number;
}

/** The goods that have to be brought. */
export interface Parcel {
  readonly currency: Currency;
  readonly weightGrams: number;
  /** Of all goods of the order, after discounts and before tax is added. */
  readonly goods: number;
}

/** What the method costs; undefined where it does not go, or has no price in the currency. */
export const shippingAmount = (
  { isActive, countries, prices, pricing }: ShippingMethod,
  { currency, weightGrams, goods }: Parcel,
  destination: Destination | null,
  sellsTo: readonly string[],
): number | undefined => {
  if (!isActive || !destination) return undefined;
  if (!(countries.length > 0 ? countries : sellsTo).includes(destination.country)) return undefined;
  const price = prices.find((each) => each.currency === currency);
  if (!price) return undefined;
  if (price.freeFrom !== null && goods >= price.freeFrom) return 0;
  const measure = pricing === 'BY_WEIGHT' ? weightGrams : goods;
  return price.steps.findLast(({ from }) => from <= measure)?.amount;
};
