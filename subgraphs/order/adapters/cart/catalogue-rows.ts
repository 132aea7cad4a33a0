/** From our copy of the catalogue to what the domain calls an entry. */
import type { ProductId, VariantId } from '#contracts/ids.ts';
import { Currency } from '#contracts/money.ts';
import { fieldsWithout, selected } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/order/client/client.ts';
import type { CatalogueVariantModel } from '#prisma/order/client/models.ts';
import type { CatalogueEntry } from '../../domain/cart/cart.ts';

export type VariantRow = CatalogueVariantModel & { readonly product: { title: string; status: string } };

export const toEntry = ({ product, ...variant }: VariantRow): CatalogueEntry => ({
  variantId: variant.id as VariantId,
  productId: variant.productId as ProductId,
  sku: variant.sku,
  title: variant.title === product.title ? product.title : `${product.title}, ${variant.title}`,
  price: { amount: variant.priceAmount, currency: Currency.parse(variant.currency) },
  isForSale: product.status === 'PUBLISHED' && !variant.isRemoved,
});

/** Entries by their variant's id. */
export const catalogueOf = (rows: readonly VariantRow[]): ReadonlyMap<VariantId, CatalogueEntry> =>
  new Map(rows.map((row) => [row.id as VariantId, toEntry(row)]));

/** For raw SQL, of the table called `v`. */
export const rawVariantColumns = Prisma.raw(selected(fieldsWithout(Prisma.CatalogueVariantScalarFieldEnum), 'v'));

export const withProduct = { include: { product: { select: { title: true, status: true } } } } as const;
