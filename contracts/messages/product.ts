/** The catalogue, for services that keep a replica of it. */
import { z } from 'zod';
import { type DataOf, defineMessage } from '../envelope.ts';
import { CategoryId, CollectionId, ProductId, VariantId } from '../ids.ts';
import { localized } from '../language.ts';
import { Money } from '../money.ts';
import { TaxClass } from '../tax-class.ts';

const status = z.enum(['DRAFT', 'PUBLISHED', 'ARCHIVED']);
const Title = localized(z.string().min(1));

export const ProductChanged = defineMessage({
  type: 'product.changed',
  version: 2,
  kind: 'event',
  owner: 'product',
  description:
    'What pricing, taxing and shipping a product takes, complete, after a change; the higher `sequence` is the newer one.',
  data: z.object({
    productId: ProductId,
    slug: z.string().min(1),
    titles: Title,
    status,
    taxClass: TaxClass,
    /** Its category and those above it, the top first. */
    categoryIds: z.array(CategoryId),
    collectionIds: z.array(CollectionId),
    variants: z.array(
      z.object({
        variantId: VariantId,
        sku: z.string().min(1),
        titles: Title,
        /** One per currency in which it is sold. */
        prices: z.array(Money),
        weightGrams: z.int().nonnegative().nullable(),
        requiresShipping: z.boolean(),
        stockPolicy: z.enum(['TRACKED', 'BACKORDER', 'UNTRACKED']),
      }),
    ),
  }),
});

export const ProductMediaChanged = defineMessage({
  type: 'product.media-changed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'A product has other pictures, or the same in another order or with other texts.',
  data: z.object({
    productId: ProductId,
    /** All of them now, in their order. */
    mediaIds: z.array(z.string().min(1)),
  }),
});

/** Not published any more, but in event stores, and in queues while an upgrade is under way. */
export const ProductChangedV1 = defineMessage({
  type: 'product.changed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'The sellable state of a product in one language and currency, after a change. Superseded by version 2.',
  data: z.object({
    productId: ProductId,
    slug: z.string().min(1),
    title: z.string().min(1),
    status,
    variants: z.array(
      z.object({ variantId: VariantId, sku: z.string().min(1), title: z.string().min(1), price: Money }),
    ),
  }),
});

/** What version 1 says, as version 2 says it; the rest is as it was taken to be then. */
export const upgradedProductChanged = ({
  title,
  variants,
  ...product
}: DataOf<typeof ProductChangedV1>): DataOf<typeof ProductChanged> => ({
  ...product,
  titles: { en: title },
  taxClass: 'STANDARD',
  categoryIds: [],
  collectionIds: [],
  variants: variants.map(({ title: variantTitle, price, ...variant }) => ({
    ...variant,
    titles: { en: variantTitle },
    prices: [price],
    weightGrams: null,
    requiresShipping: true,
    stockPolicy: 'TRACKED',
  })),
});
