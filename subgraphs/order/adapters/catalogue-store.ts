import type { Prisma } from '../../../prisma/order/client/client.ts';
import type { CatalogueStore } from '../usecases/ports.ts';
import { catalogueOf, withProduct } from './catalogue-rows.ts';

export const catalogueStore = (tx: Prisma.TransactionClient): CatalogueStore => ({
  async entries(variantIds) {
    if (variantIds.length === 0) return new Map();
    return catalogueOf(await tx.catalogueVariant.findMany({ where: { id: { in: [...variantIds] } }, ...withProduct }));
  },

  async replace({ productId, title, status, variants }, sequence) {
    // One statement compares and locks: of two messages at once, the earlier sequence finds the later one in its way.
    const taken = await tx.$executeRaw`
      INSERT INTO catalogue_product AS known (id, title, status, sequence)
      VALUES (${productId}, ${title}, ${status}, ${sequence})
      ON CONFLICT (id) DO UPDATE SET title = excluded.title, status = excluded.status, sequence = excluded.sequence
      WHERE known.sequence < excluded.sequence`;
    if (taken === 0) return;
    await tx.catalogueVariant.updateMany({
      where: { productId, id: { notIn: variants.map(({ variantId }) => variantId) } },
      data: { isRemoved: true },
    });
    await tx.$executeRaw`
      INSERT INTO catalogue_variant (id, product_id, sku, title, price_amount, currency, is_removed)
      SELECT "variantId", ${productId}, sku, title, (price->>'amount')::int, price->>'currency', false
        FROM jsonb_to_recordset(${JSON.stringify(variants)}::jsonb)
             AS told ("variantId" text, sku text, title text, price jsonb)
      ON CONFLICT (id) DO UPDATE
        SET product_id = excluded.product_id, sku = excluded.sku, title = excluded.title,
            price_amount = excluded.price_amount, currency = excluded.currency, is_removed = false`;
  },
});
