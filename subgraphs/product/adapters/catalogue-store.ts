import type { CategoryId, ProductId, VariantId } from '../../../contracts/ids.ts';
import type { Currency } from '../../../contracts/money.ts';
import type { Prisma } from '../../../prisma/product/client/client.ts';
import type { NamedValue, Product } from '../domain/catalogue.ts';
import type { CatalogueStore } from '../usecases/ports.ts';

type Row = Prisma.ProductGetPayload<{ include: { variants: true } }>;

const productOf = (row: Row): Product => ({
  id: row.id as ProductId,
  slug: row.slug,
  title: row.title,
  description: row.description,
  brand: row.brand,
  status: row.status,
  categoryId: row.categoryId as CategoryId,
  attributes: row.attributes as NamedValue[],
  variants: row.variants.map((variant) => ({
    id: variant.id as VariantId,
    sku: variant.sku,
    title: variant.title,
    options: variant.options as NamedValue[],
    price: { amount: variant.priceAmount, currency: variant.priceCurrency as Currency },
  })),
});

const variantRows = ({ id, variants }: Product) =>
  variants.map((variant, position) => ({
    id: variant.id,
    product_id: id,
    sku: variant.sku,
    title: variant.title,
    options: variant.options,
    price_amount: variant.price.amount,
    price_currency: variant.price.currency,
    position,
  }));

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
    const rows = categories.map(({ parentId, ...category }) => ({ ...category, parent_id: parentId }));
    await tx.$executeRaw`
      INSERT INTO category (id, slug, name, parent_id, depth, parent_depth, position)
      SELECT id, slug, name, parent_id, depth, depth - 1, position
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          AS given (id text, slug text, name text, parent_id text, depth smallint, position int)
          ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, parent_id = excluded.parent_id,
             depth = excluded.depth, parent_depth = excluded.parent_depth, position = excluded.position`;
  },

  lockProducts: async (ids) => {
    await tx.$executeRaw`SELECT FROM product WHERE id = ANY (${[...ids]}) ORDER BY id COLLATE "C" FOR NO KEY UPDATE`;
    const rows = await tx.product.findMany({
      where: { id: { in: [...ids] } },
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

const saveProducts = async (tx: Prisma.TransactionClient, products: readonly Product[]) => {
  const rows = products.map(({ categoryId, variants: _, ...product }) => ({ ...product, category_id: categoryId }));
  await tx.$executeRaw`
    INSERT INTO product (id, slug, title, description, brand, status, category_id, attributes)
    SELECT id, slug, title, description, brand, status, category_id, attributes
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS given (id text, slug text, title text, description text, brand text, status product_status,
                  category_id text, attributes jsonb)
        ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, title = excluded.title,
           description = excluded.description, brand = excluded.brand, status = excluded.status,
           category_id = excluded.category_id, attributes = excluded.attributes, updated_at = now()`;
};

const saveVariants = async (tx: Prisma.TransactionClient, products: readonly Product[]) => {
  const rows = products.flatMap(variantRows);
  const saved = await tx.$executeRaw`
    INSERT INTO product_variant AS stored
           (id, product_id, sku, title, options, price_amount, price_currency, position)
    SELECT id, product_id, sku, title, options, price_amount, price_currency, position
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS given (id text, product_id text, sku text, title text, options jsonb, price_amount int,
                  price_currency text, position int)
        ON CONFLICT (id) DO UPDATE SET sku = excluded.sku, title = excluded.title, options = excluded.options,
           price_amount = excluded.price_amount, price_currency = excluded.price_currency, position = excluded.position
     WHERE stored.product_id = excluded.product_id`;
  if (saved !== rows.length) throw new Error('a variant cannot move to another product: orders and stock point at it');
  await tx.$executeRaw`
    INSERT INTO stock_level (variant_id) SELECT unnest(${rows.map(({ id }) => id)}::text[]) ON CONFLICT DO NOTHING`;
};
