/** Our replica of the catalogue: rows from product's messages, and what the domain calls an entry of them. */
import type { ProductId, VariantId } from '#contracts/ids.ts';
import { Currency } from '#contracts/money.ts';
import { asJson, columns, type Filled, fieldsWithout, replaced, selected } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/order/client/client.ts';
import type { CatalogueVariantModel } from '#prisma/order/client/models.ts';
import type { CatalogueEntry } from '../../domain/cart/cart.ts';
import type { CatalogueStore } from '../../usecases/ports.ts';

const variantFields = fieldsWithout(Prisma.CatalogueVariantScalarFieldEnum);
const variantColumns = Prisma.raw(columns(variantFields));

type VariantRow = Filled<CatalogueVariantModel, (typeof variantFields)[number]>;

export type VariantWithProduct = CatalogueVariantModel & { readonly product: { title: string; status: string } };

const toEntry = ({ product, ...variant }: VariantWithProduct): CatalogueEntry => ({
  variantId: variant.id as VariantId,
  productId: variant.productId as ProductId,
  sku: variant.sku,
  title: variant.title === product.title ? product.title : `${product.title}, ${variant.title}`,
  price: { amount: variant.priceAmount, currency: Currency.parse(variant.currency) },
  isForSale: product.status === 'PUBLISHED' && !variant.isRemoved,
});

/** Entries by their variant's id. */
export const catalogueOf = (rows: readonly VariantWithProduct[]): ReadonlyMap<VariantId, CatalogueEntry> =>
  new Map(rows.map((row) => [row.id as VariantId, toEntry(row)]));

/** For raw SQL, of the table called `v`. */
export const rawVariantColumns = Prisma.raw(selected(variantFields, 'v'));

const withProduct = { include: { product: { select: { title: true, status: true } } } } as const;

export const catalogueStore = (tx: Prisma.TransactionClient): CatalogueStore => ({
  async entries(variantIds) {
    if (variantIds.length === 0) return new Map();
    return catalogueOf(await tx.catalogueVariant.findMany({ where: { id: { in: [...variantIds] } }, ...withProduct }));
  },

  async upsertProduct({ productId, title, status, variants }, sequence) {
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
