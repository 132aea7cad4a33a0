import { asJson, columns, type Filled, fieldsWithout, replaced } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/order/client/client.ts';
import type { CatalogueVariantModel } from '#prisma/order/client/models.ts';
import type { CatalogueStore } from '../../usecases/ports.ts';
import { catalogueOf, withProduct } from './catalogue-rows.ts';

const variantFields = fieldsWithout(Prisma.CatalogueVariantScalarFieldEnum);
const variantColumns = Prisma.raw(columns(variantFields));

type VariantRow = Filled<CatalogueVariantModel, (typeof variantFields)[number]>;

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
    const rows = variants.map(
      ({ variantId, price, ...variant }): VariantRow => ({
        ...variant,
        id: variantId,
        productId,
        priceAmount: price.amount,
        currency: price.currency,
        isRemoved: false,
      }),
    );
    await tx.$executeRaw`
      INSERT INTO catalogue_variant (${variantColumns})
      SELECT ${variantColumns}
        FROM jsonb_populate_recordset(NULL::catalogue_variant, ${asJson(variantFields, rows)}::jsonb)
      ON CONFLICT (id) DO UPDATE SET ${Prisma.raw(replaced(variantFields.filter((field) => field !== 'id')))}`;
  },
});
