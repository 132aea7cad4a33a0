/** Whether a variant can be had: what shoppers are told, when staff should order more, and whom it concerns. Pure. */
import { type DataOf, message, type NewMessage } from '#contracts/envelope.ts';
import type { CustomerId, VariantId } from '#contracts/ids.ts';
import { ProductBackInStock, StockLow } from '#contracts/messages/availability.ts';
import type { StockPolicy } from '../catalogue/product.ts';

const availabilities = ['IN_STOCK', 'FEW_LEFT', 'NONE', 'BACKORDER'] as const;
export type Availability = (typeof availabilities)[number];

export interface StockFacts {
  readonly policy: StockPolicy;
  /** What nobody has reserved or waits for; less than none when more are promised than there are. */
  readonly units: number;
  /** So many, or fewer, are few: the variant's own number, or the shop's. */
  readonly threshold: number;
}

export const availabilityOf = ({ policy, units, threshold }: StockFacts): Availability => {
  if (policy === 'UNTRACKED') return 'IN_STOCK';
  if (units > 0) return units <= threshold ? 'FEW_LEFT' : 'IN_STOCK';
  return policy === 'BACKORDER' ? 'BACKORDER' : 'NONE';
};

export type LowAvailability = Exclude<Availability, 'IN_STOCK'>;

/** What can be sent at once: on backorder it can be ordered, and comes later. */
export const isInStock = (availability: Availability): boolean =>
  availability === 'IN_STOCK' || availability === 'FEW_LEFT';

/** A variant, with what decides whether it can be had, and what it is called. */
export interface WatchedVariant extends StockFacts, Omit<DataOf<typeof ProductBackInStock>, 'customerIds'> {
  readonly sku: string;
  /** Its product is published, and it is not archived itself. */
  readonly isOnSale: boolean;
  /** Orders wait for units at a location that has some which nobody has reserved. */
  readonly canBeFilled: boolean;
}

/** What the list of low stock has of a variant: nothing when there is enough, and of one that is not on sale. */
export const lowStockOf = (variant: WatchedVariant): LowAvailability | undefined => {
  const availability = availabilityOf(variant);
  return variant.isOnSale && availability !== 'IN_STOCK' ? availability : undefined;
};

const aggregate = ({ variantId }: { readonly variantId: VariantId }) => ({ type: 'availability', id: variantId });

export const stockLow = ({ productId, variantId, sku, units, threshold }: WatchedVariant): NewMessage =>
  message(StockLow, aggregate({ variantId }), { productId, variantId, sku, available: units, threshold });

export const backInStock = (
  { productId, variantId, slug, titles, variantTitles }: WatchedVariant,
  customerIds: readonly CustomerId[],
): NewMessage =>
  message(ProductBackInStock, aggregate({ variantId }), {
    ...{ productId, variantId, slug, titles, variantTitles },
    customerIds: [...customerIds],
  });

// 100: a wish list's worth; each is a row that somebody has to be told about.
export const mostAlertsPerCustomer = 100;

export interface StockAlert {
  readonly variantId: VariantId;
  readonly createdAt: Date;
}
