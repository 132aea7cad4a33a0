/** The catalogue, for services that keep a replica of it. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { ProductId, VariantId } from '../ids.ts';
import { Money } from '../money.ts';

export const ProductChanged = defineMessage({
  type: 'product.changed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'The complete sellable state of a product after a change; the higher `sequence` is the newer one.',
  data: z.object({
    productId: ProductId,
    slug: z.string().min(1),
    title: z.string().min(1),
    status: z.enum(['DRAFT', 'PUBLISHED', 'ARCHIVED']),
    variants: z.array(
      z.object({ variantId: VariantId, sku: z.string().min(1), title: z.string().min(1), price: Money }),
    ),
  }),
});
