import type { CategoryId, ProductId, VariantId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import { asJson, columns, type Filled, fieldsWithout, replaced } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import type { CategoryModel, ProductModel, ProductVariantModel } from '#prisma/product/client/models.ts';
import type { NamedValue, PlacedCategory, Product } from '../../domain/catalogue/catalogue.ts';
import type { CatalogueStore } from '../../usecases/ports.ts';
import { productFields, writtenByDatabase } from './catalogue-reads.ts';

type Row = Prisma.ProductGetPayload<{ omit: typeof writtenByDatabase; include: { variants: true } }>;

const productOf = ({ variants, ...row }: Row): Product => ({
  ...row,
  id: row.id as ProductId,
  categoryId: row.categoryId as CategoryId,
  attributes: row.attributes as NamedValue[],
  variants: variants.map(({ productId: _, position: __, priceAmount, priceCurrency, ...variant }) => ({
    ...variant,
    id: variant.id as VariantId,
    options: variant.options as NamedValue[],
    price: { amount: priceAmount, currency: priceCurrency as Currency },
  })),
});

const categoryFields = fieldsWithout(Prisma.CategoryScalarFieldEnum);
const variantFields = fieldsWithout(Prisma.ProductVariantScalarFieldEnum);

type CategoryRow = Filled<CategoryModel, (typeof categoryFields)[number]>;
type ProductRow = Filled<ProductModel, (typeof productFields)[number]>;
type VariantRow = Filled<ProductVariantModel, (typeof variantFields)[number]>;

const categoryRow = (category: PlacedCategory): CategoryRow => ({ ...category, parentDepth: category.depth - 1 });

const productRow = ({ variants: _, ...product }: Product): ProductRow => product;

const variantRows = ({ id, variants }: Product) =>
  variants.map(
    ({ price, ...variant }, position): VariantRow => ({
      ...variant,
      productId: id,
      priceAmount: price.amount,
      priceCurrency: price.currency,
      position,
    }),
  );

/** Writes whole lists at once: an import of hundreds of products is a handful of statements. */
export const catalogueStore = (tx: Prisma.TransactionClient): CatalogueStore => ({
  lockImports: async () => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('import-catalogue', 0))`;
  },

  categories: async () => {
    const rows = await tx.category.findMany({ omit: { parentDepth: true } });
    return rows.map((row) => ({ ...row, id: row.id as CategoryId, parentId: row.parentId as CategoryId | null }));
  },

  saveCategories: async (categories) => {
    const all = Prisma.raw(columns(categoryFields));
    await tx.$executeRaw`
      INSERT INTO category (${all})
      SELECT ${all}
        FROM jsonb_populate_recordset(NULL::category, ${asJson(categoryFields, categories.map(categoryRow))}::jsonb)
          ON CONFLICT (id) DO UPDATE SET ${replacedBut(categoryFields, 'id')}`;
  },

  lockProducts: async (ids) => {
    await tx.$executeRaw`SELECT FROM product WHERE id = ANY (${[...ids]}) ORDER BY id COLLATE "C" FOR NO KEY UPDATE`;
    const rows = await tx.product.findMany({
      where: { id: { in: [...ids] } },
      omit: writtenByDatabase,
      include: { variants: { orderBy: { position: 'asc' } } },
    });
    return new Map(rows.map((row) => [row.id as ProductId, productOf(row)]));
  },

  saveProducts: async (products) => {
    if (products.length === 0) return;
    await saveProducts(tx, products);
    await saveVariants(tx, products);
  },
});

const replacedBut = (fields: readonly string[], ...kept: readonly string[]): Prisma.Sql =>
  Prisma.raw(replaced(fields.filter((field) => !kept.includes(field))));

const saveProducts = async (tx: Prisma.TransactionClient, products: readonly Product[]) => {
  const all = Prisma.raw(columns(productFields));
  await tx.$executeRaw`
    INSERT INTO product (${all})
    SELECT ${all}
      FROM jsonb_populate_recordset(NULL::product, ${asJson(productFields, products.map(productRow))}::jsonb)
        ON CONFLICT (id) DO UPDATE SET ${replacedBut(productFields, 'id')}, updated_at = now()`;
};

const saveVariants = async (tx: Prisma.TransactionClient, products: readonly Product[]) => {
  const rows = products.flatMap(variantRows);
  const all = Prisma.raw(columns(variantFields));
  const saved = await tx.$executeRaw`
    INSERT INTO product_variant AS stored (${all})
    SELECT ${all}
      FROM jsonb_populate_recordset(NULL::product_variant, ${asJson(variantFields, rows)}::jsonb)
        ON CONFLICT (id) DO UPDATE SET ${replacedBut(variantFields, 'id', 'productId')}
     WHERE stored.product_id = excluded.product_id`;
  if (saved !== rows.length) throw new Error('a variant cannot move to another product: orders and stock point at it');
  await tx.$executeRaw`
    INSERT INTO stock_level (variant_id) SELECT unnest(${rows.map(({ id }) => id)}::text[]) ON CONFLICT DO NOTHING`;
};
