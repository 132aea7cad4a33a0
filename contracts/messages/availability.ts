/** Whether a variant can be had: for those who wait for it, and for those who order more of it. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { CustomerId, ProductId, VariantId } from '../ids.ts';
import { localized } from '../language.ts';

// 500: a message of some 25 KiB, and a transaction of a few statements for who receives it.
export const mostCustomersToldAtOnce = 500;

export const ProductBackInStock = defineMessage({
  type: 'product.back-in-stock',
  version: 1,
  kind: 'event',
  owner: 'product',
  description:
    'A variant can be had again, and these customers had asked to be told. Each is named once per request; many customers are several messages.',
  data: z.object({
    productId: ProductId,
    variantId: VariantId,
    slug: z.string().min(1),
    titles: localized(z.string().min(1)),
    variantTitles: localized(z.string().min(1)),
    customerIds: z.array(CustomerId).min(1).max(mostCustomersToldAtOnce),
  }),
});

export const StockLow = defineMessage({
  type: 'stock.low',
  version: 1,
  kind: 'event',
  owner: 'product',
  description:
    'So few units of a published variant are left that more should be ordered. Once until there are more again.',
  data: z.object({
    productId: ProductId,
    variantId: VariantId,
    sku: z.string().min(1),
    /** Units, or less than none on backorder. */
    available: z.int(),
    threshold: z.int().nonnegative(),
  }),
});
