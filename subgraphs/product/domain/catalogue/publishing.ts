/** When a product can be in the shop. */
import type { ShopSettings } from '#contracts/shop.ts';
import type { Product } from './product.ts';
import type { PublishingReason } from './product-failures.ts';

type Shop = Pick<ShopSettings, 'language' | 'currency'>;

/** What it lacks: a page without a title, or one on which nothing can be bought, is no page of the shop. */
export const missingForPublishing = (
  { texts, variants }: Pick<Product, 'texts' | 'variants'>,
  { language, currency }: Shop,
): readonly PublishingReason[] => {
  const onSale = variants.filter(({ isArchived }) => !isArchived);
  return [
    ...(texts[language] ? [] : (['NO_TEXT'] as const)),
    ...(onSale.length > 0 ? [] : (['NO_VARIANT'] as const)),
    ...(onSale.length === 0 || onSale.some(({ prices }) => prices[currency] !== undefined)
      ? []
      : (['NO_PRICE'] as const)),
  ];
};

/**
 * What a product in the shop (or one that is to be) would lack after a change. What it lacked before, because an import left it so,
 * keeps nobody from mending the rest; only from publishing it.
 */
export const lostForPublishing = (before: Product, after: Product, shop: Shop): readonly PublishingReason[] => {
  const lacked = before.status === after.status ? missingForPublishing(before, shop) : [];
  return missingForPublishing(after, shop).filter((reason) => !lacked.includes(reason));
};
