/** What scheduled prices and scheduled publishing need from outside. */
import type { ProductId, VariantId } from '#contracts/ids.ts';
import type { ScheduledPrice, ScheduledPriceId } from '../../domain/catalogue/scheduled-price.ts';

export interface ScheduleStore {
  /** Of the variant, in no order; its product is locked. */
  pricesOf(variantId: VariantId): Promise<ScheduledPrice[]>;
  variantOf(id: ScheduledPriceId): Promise<VariantId | undefined>;
  addPrice(price: ScheduledPrice): Promise<void>;
  /** False when it is gone: it has come true, or was cancelled. */
  removePrice(id: ScheduledPriceId): Promise<boolean>;
  removePricesOf(variantId: VariantId): Promise<void>;
  /** When the product is to be published, if that is scheduled. */
  publishAt(productId: ProductId): Promise<Date | null>;
  setPublishAt(productId: ProductId, at: Date | null): Promise<void>;
  /** Products with a price, or a publication, that is due; those that have waited longest first. */
  dueProducts(limit: number): Promise<ProductId[]>;
  /** Takes what is due of these products, which are locked: nobody else gets it. */
  takeDuePrices(products: readonly ProductId[]): Promise<ScheduledPrice[]>;
  takeDuePublications(products: readonly ProductId[]): Promise<ProductId[]>;
}

export interface ScheduleReads {
  /** The next first. */
  scheduledPrices(variants: readonly VariantId[]): Promise<ScheduledPrice[]>;
}
