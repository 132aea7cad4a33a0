/** Products with a part to play in the README, the playground and the end-to-end tests. They do not change. */
import { namedId, type ProductId, type VariantId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';

export interface WellKnown {
  readonly slug: string;
  readonly productId: ProductId;
  readonly sku: string;
  readonly variantId: VariantId;
  readonly price: Money;
  readonly units: number;
}

const wellKnown = (slug: string, sku: string, cents: number, units: number): WellKnown => ({
  slug,
  productId: namedId('Product', slug),
  sku,
  variantId: namedId('Variant', sku),
  price: money(cents, 'EUR'),
  units,
});

/** More than any demonstration buys. */
export const inStock = wellKnown('trail-lamp-200', 'TRAIL-LAMP-200', 3_490, 10_000);
/** One unit, for many buyers. */
export const lastUnit = wellKnown('last-kettle', 'LAST-KETTLE', 6_990, 1);
export const soldOut = wellKnown('sold-out-tent', 'SOLD-OUT-TENT', 18_900, 0);

export const wellKnownProducts: readonly WellKnown[] = [inStock, lastUnit, soldOut];
