/** The catalogue, for those who keep a copy of what they need of it. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { ProductId, VariantId } from '../ids.ts';
import { Money } from '../money.ts';

export const ProductChanged = defineMessage({
  type: 'product.changed',
  version: 1,
  kind: 'event',
  owner: 'product',
  description: 'The whole sellable state of one product after a change; `sequence` says which of two is newer.',
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
