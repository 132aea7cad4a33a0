/** What changes when a product is written again, and what other services are told. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { type DataOf, message, type NewMessage } from '#contracts/envelope.ts';
import type { CategoryId, CollectionId } from '#contracts/ids.ts';
import { ProductChanged } from '#contracts/messages/product.ts';
import type { Currency } from '#contracts/money.ts';
import type { Prices, Product, StoredProduct } from './product.ts';
import { titlesOf } from './texts.ts';

/**
 * The product after `given` is merged into it, or `undefined` when that changes nothing. Variants that `given`
 * does not name stay: orders and stock point at them.
 */
export const mergedProduct = (stored: StoredProduct | undefined, given: Product): Product | undefined => {
  if (!stored) return given;
  const { version: _, ...before } = stored;
  const named = new Set(given.variants.map(({ id }) => id));
  const unnamed = before.variants.filter(({ id }) => !named.has(id));
  const after = { ...given, variants: [...given.variants, ...unnamed] };
  return isDeepStrictEqual(before, after) ? undefined : after;
};

/** Where a product stands in the shop. */
export interface Standing {
  /** Its category and those above it, the top first. */
  readonly categoryIds: readonly CategoryId[];
  readonly collectionIds: readonly CollectionId[];
}

/** What other services need to price, tax and ship it, without asking back. */
export const sellableState = (product: Product, standing: Standing): DataOf<typeof ProductChanged> => ({
  productId: product.id,
  slug: product.slug,
  titles: titlesOf(product.texts),
  status: product.status,
  taxClass: product.taxClass,
  categoryIds: [...standing.categoryIds],
  collectionIds: [...standing.collectionIds],
  variants: product.variants
    .filter(({ isArchived }) => !isArchived)
    .map(({ id, sku, title, prices, weightGrams, requiresShipping, stockPolicy }) => ({
      ...{ variantId: id, sku, titles: title, prices: pricesOf(prices), weightGrams, requiresShipping, stockPolicy },
    })),
});

const pricesOf = (prices: Prices) =>
  Object.entries(prices).map(([currency, amount]) => ({ amount, currency: currency as Currency }));

export const productChanged = (data: DataOf<typeof ProductChanged>): NewMessage =>
  message(ProductChanged, { type: 'product', id: data.productId }, data);
