import type { DataOf } from '#contracts/envelope.ts';
import type { CategoryId, ProductId, VariantId } from '#contracts/ids.ts';
import { inLanguage } from '#contracts/language.ts';
import type { ProductChanged } from '#contracts/messages/product.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { asJson, columns, type Filled, fieldsWithout, replaced } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import type {
  AttributeModel,
  CategoryModel,
  ProductModel,
  ProductVariantModel,
} from '#prisma/product/client/models.ts';
import type { Attribute } from '../../domain/catalogue/attribute.ts';
import type { PlacedCategory } from '../../domain/catalogue/category.ts';
import type { Product, StoredProduct } from '../../domain/catalogue/product.ts';
import type { CategoryTexts } from '../../domain/catalogue/texts.ts';
import type { CatalogueStore } from '../../usecases/ports.ts';
import { holdTaxonomy } from '../taxonomy/taxonomy-store.ts';
import { attributeOf, productFields, productView, variantView, writtenByDatabase } from './catalogue-reads.ts';
import { namesTaken } from './slug-store.ts';

type Row = Prisma.ProductGetPayload<{ omit: typeof writtenByDatabase; include: { variants: true } }>;

const productOf = ({ variants, ...row }: Row): StoredProduct => {
  const { publishedAt: _, publishAt: __, title: ___, ...product } = productView(row);
  return {
    ...product,
    variants: variants.map((variant) => {
      const { productId: ____, ...rest } = variantView(variant);
      return rest;
    }),
  };
};

// The database counts versions.
const categoryFields = fieldsWithout(Prisma.CategoryScalarFieldEnum, 'version');
const attributeFields = fieldsWithout(Prisma.AttributeScalarFieldEnum, 'version');
const variantFields = fieldsWithout(Prisma.ProductVariantScalarFieldEnum);
// The database counts versions and notes when a product was published first; when it is to be is scheduled beside it.
const notGiven = ['version', 'publishedAt', 'publishAt'] as const;
const givenProductFields = productFields.filter(
  (field): field is Exclude<(typeof productFields)[number], (typeof notGiven)[number]> =>
    !notGiven.some((name) => name === field),
);

type CategoryRow = Filled<CategoryModel, (typeof categoryFields)[number]>;
type AttributeRow = Filled<AttributeModel, (typeof attributeFields)[number]>;
type ProductRow = Filled<ProductModel, (typeof givenProductFields)[number]>;
type VariantRow = Filled<ProductVariantModel, (typeof variantFields)[number]>;

const categoryRow = (category: PlacedCategory): CategoryRow => ({ ...category, parentDepth: category.depth - 1 });

const attributeRow = (attribute: Attribute): AttributeRow => attribute;

const productRow =
  ({ language }: ShopSettings) =>
  ({ variants: _, ...product }: Product): ProductRow => ({
    ...product,
    title: inLanguage(product.texts, language, language).title,
  });

const variantRows = ({ id, variants }: Product) =>
  variants.map((variant, position): VariantRow => ({ ...variant, productId: id, position }));

/** Writes whole lists at once: an import of hundreds of products is a handful of statements. */
export const catalogueStore = (tx: Prisma.TransactionClient, shop: ShopSettings): CatalogueStore => {
  let isHeld = false;
  const hold = async () => {
    if (!isHeld) await holdTaxonomy(tx);
    isHeld = true;
  };
  return { ...variantLooks(tx), ...taxonomyRows(tx), ...productRows(tx, shop, hold), toRefresh: toRefresh(tx) };
};

type TaxonomyRows = Pick<
  CatalogueStore,
  'lockImports' | 'categories' | 'saveCategories' | 'attributes' | 'saveAttributes'
>;

const taxonomyRows = (tx: Prisma.TransactionClient): TaxonomyRows => ({
  lockImports: async () => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('import-catalogue', 0))`;
  },

  categories: async () => {
    const rows = await tx.category.findMany({ omit: { parentDepth: true } });
    return rows.map((row) => ({
      ...row,
      id: row.id as CategoryId,
      texts: row.texts as CategoryTexts,
      parentId: row.parentId as CategoryId | null,
    }));
  },

  saveCategories: async (categories) => {
    const all = Prisma.raw(columns(categoryFields));
    await namesTaken(
      () => tx.$executeRaw`
      INSERT INTO category AS stored (${all})
      SELECT ${all}
        FROM jsonb_populate_recordset(NULL::category, ${asJson(categoryFields, categories.map(categoryRow))}::jsonb)
          ON CONFLICT (id) DO UPDATE SET ${replacedBut(categoryFields, 'id')}, version = stored.version + 1`,
    );
  },

  attributes: async () => (await tx.attribute.findMany({ orderBy: { code: 'asc' } })).map(attributeOf),

  saveAttributes: async (attributes) => {
    const all = Prisma.raw(columns(attributeFields));
    await tx.$executeRaw`
      INSERT INTO attribute AS stored (${all})
      SELECT ${all}
        FROM jsonb_populate_recordset(NULL::attribute, ${asJson(attributeFields, attributes.map(attributeRow))}::jsonb)
          ON CONFLICT (code) DO UPDATE
             SET ${replacedBut(attributeFields, 'id', 'code')}, version = stored.version + 1`;
  },
});

type ProductRows = Pick<CatalogueStore, 'lockProducts' | 'saveProducts' | 'pathsTo' | 'lastAnnounced'>;

/** `hold` holds the taxonomy, once a transaction. */
const productRows = (tx: Prisma.TransactionClient, shop: ShopSettings, hold: () => Promise<void>): ProductRows => ({
  lockProducts: async (ids) => {
    await hold();
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
    await hold();
    await namesTaken(async () => {
      await saveProducts(tx, products.map(productRow(shop)));
      await saveVariants(tx, products);
    });
  },

  pathsTo: async (categories) => {
    const rows = await tx.$queryRaw<{ id: CategoryId; path: CategoryId[] }[]>`
      WITH RECURSIVE above AS (
        SELECT id, id AS ancestor, parent_id, depth FROM category WHERE id = ANY (${[...categories]})
         UNION ALL
        SELECT above.id, parent.id, parent.parent_id, parent.depth
          FROM above JOIN category parent ON parent.id = above.parent_id
      )
      SELECT id, array_agg(ancestor ORDER BY depth) AS path FROM above GROUP BY id`;
    return new Map(rows.map(({ id, path }) => [id, path]));
  },

  lastAnnounced: async (products) => {
    const rows = await tx.$queryRaw<{ data: DataOf<typeof ProductChanged> }[]>`
      SELECT last.data
        FROM unnest(${[...products]}::text[]) AS product (id) CROSS JOIN LATERAL (
          SELECT data, version FROM outbox_message
           WHERE aggregate_type = 'product' AND aggregate_id = product.id AND type = 'product.changed'
           ORDER BY sequence DESC LIMIT 1
        ) last
       WHERE last.version = 2`;
    return new Map(rows.map(({ data }) => [data.productId, data]));
  },
});

const toRefresh = (tx: Prisma.TransactionClient): CatalogueStore['toRefresh'] => ({
  addBelow: async (categories) => {
    if (categories.length === 0) return;
    await tx.$executeRaw`
      WITH RECURSIVE below AS (
        SELECT id FROM category WHERE id = ANY (${[...categories]})
         UNION
        SELECT category.id FROM category JOIN below ON category.parent_id = below.id
      )
      INSERT INTO product_refresh (product_id)
      SELECT product.id FROM product JOIN below ON product.category_id = below.id ORDER BY product.id`;
  },

  add: async (products) => {
    if (products.length === 0) return;
    await tx.$executeRaw`INSERT INTO product_refresh (product_id) SELECT unnest(${[...products]}::text[])`;
  },

  take: async (limit) => {
    const rows = await tx.$queryRaw<{ productId: ProductId }[]>`
      DELETE FROM product_refresh
       WHERE position = ANY (ARRAY(SELECT position FROM product_refresh ORDER BY position LIMIT ${limit} FOR UPDATE SKIP LOCKED))
      RETURNING product_id AS "productId"`;
    return [...new Set(rows.map(({ productId }) => productId))];
  },
});

const variantLooks = (tx: Prisma.TransactionClient): Pick<CatalogueStore, 'productOf' | 'skuOwners'> => ({
  productOf: async (id) => {
    const row = await tx.productVariant.findUnique({ where: { id }, select: { productId: true } });
    return row?.productId as ProductId | undefined;
  },

  skuOwners: async (skus) => {
    const rows = await tx.productVariant.findMany({
      where: { sku: { in: [...skus] } },
      select: { sku: true, id: true },
    });
    return new Map(rows.map(({ sku, id }) => [sku, id as VariantId]));
  },
});

const replacedBut = (fields: readonly string[], ...kept: readonly string[]): Prisma.Sql =>
  Prisma.raw(replaced(fields.filter((field) => !kept.includes(field))));

const firstPublished = Prisma.sql`CASE WHEN excluded.status = 'PUBLISHED' THEN now() END`;

const saveProducts = async (tx: Prisma.TransactionClient, rows: readonly ProductRow[]) => {
  const all = Prisma.raw(columns(givenProductFields));
  await tx.$executeRaw`
    INSERT INTO product AS stored (${all}, published_at)
    SELECT ${all}, CASE WHEN status = 'PUBLISHED' THEN now() END
      FROM jsonb_populate_recordset(NULL::product, ${asJson(givenProductFields, rows)}::jsonb)
        ON CONFLICT (id) DO UPDATE
       SET ${replacedBut(givenProductFields, 'id')}, version = stored.version + 1, updated_at = now(),
           published_at = coalesce(stored.published_at, ${firstPublished})`;
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
