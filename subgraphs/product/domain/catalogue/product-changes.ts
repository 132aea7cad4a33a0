/** What changes when a product is written again. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { message, type NewMessage } from '#contracts/envelope.ts';
import { ProductChanged } from '#contracts/messages/product.ts';
import type { Product } from './catalogue.ts';

/**
 * The product after `given` is merged into it, or `undefined` when that changes nothing. Variants that `given`
 * does not name stay: orders and stock point at them.
 */
export const mergedProduct = (stored: Product | undefined, given: Product): Product | undefined => {
  const named = new Set(given.variants.map(({ id }) => id));
  const unnamed = stored?.variants.filter(({ id }) => !named.has(id)) ?? [];
  const after = { ...given, variants: [...given.variants, ...unnamed] };
  return isDeepStrictEqual(stored, after) ? undefined : after;
};

/** For services that keep a replica of what can be sold. */
export const productChanged = ({ id, slug, title, status, variants }: Product): NewMessage =>
  message(
    ProductChanged,
    { type: 'product', id },
    {
      productId: id,
      slug,
      title,
      status,
      variants: variants.map((variant) => ({
        variantId: variant.id,
        sku: variant.sku,
        title: variant.title,
        price: variant.price,
      })),
    },
  );
