/** A line as pricing sees it. */
import type { CategoryId, CollectionId, ProductId, VariantId } from '#contracts/ids.ts';
import type { TaxClass } from '#contracts/tax-class.ts';

export interface PricingLine {
  readonly variantId: VariantId;
  readonly productId: ProductId;
  readonly quantity: number;
  /** Minor units. */
  readonly unitAmount: number;
  readonly taxClass: TaxClass;
  readonly weightGrams: number | null;
  readonly requiresShipping: boolean;
  readonly categoryIds: readonly CategoryId[];
  readonly collectionIds: readonly CollectionId[];
}
