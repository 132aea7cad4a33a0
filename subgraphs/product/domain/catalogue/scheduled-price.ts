/** Prices that will change: written now, true from a moment on. */
import { type Id, idsOf, type VariantId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import type { Product } from './product.ts';

const scheduledPriceIds = idsOf('ScheduledPrice', 'spr');
export const newScheduledPriceId = scheduledPriceIds.create;
export const parseScheduledPriceId = scheduledPriceIds.parse;
export type ScheduledPriceId = Id<'ScheduledPrice'>;

export interface ScheduledPrice {
  readonly id: ScheduledPriceId;
  readonly variantId: VariantId;
  readonly currency: Currency;
  /** In minor units. */
  readonly amount: number;
  readonly startsAt: Date;
}

// 20: a season's sales in four currencies, with their ends; more is a table that somebody pasted twice.
export const mostScheduledPrices = 20;
// Two years: a date beyond that is a typing error.
const furthestDays = 730;

/** What is wrong with a moment that something is scheduled for. */
export const momentFault = (at: Date, now: Date): string | undefined => {
  if (at <= now) return 'is in the past';
  return at.getTime() - now.getTime() > furthestDays * 86_400_000 ? 'is more than two years away' : undefined;
};

/** Null: it is not sold in the currency any more. */
interface NewPrice extends Pick<ScheduledPrice, 'variantId' | 'currency'> {
  readonly amount: number | null;
}

/** The product with a price of one variant as it says; the same for a variant that it does not have. */
export const withPrice = <P extends Product>(product: P, { variantId, currency, amount }: NewPrice): P => ({
  ...product,
  variants: product.variants.map((variant) => {
    if (variant.id !== variantId) return variant;
    const { [currency]: _, ...others } = variant.prices;
    return { ...variant, prices: amount === null ? others : { ...others, [currency]: amount } };
  }),
});

/** The product after those that are due, the earliest first: of two for the same price the later one holds. */
export const withDuePrices = <P extends Product>(product: P, due: readonly ScheduledPrice[]): P =>
  due.toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime()).reduce<P>(withPrice, product);
