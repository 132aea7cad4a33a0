/** What the graph reads of the catalogue. The lists at the end are raw SQL; every column comes from the schema. */
import type { AttributeId, CategoryId, CollectionId, ProductId, VariantId } from '#contracts/ids.ts';
import { may } from '#contracts/viewer.ts';
import { fieldsWithout, selected } from '#platform/database/raw-rows.ts';
import { Prisma, type PrismaClient } from '#prisma/product/client/client.ts';
import type { AttributeModel, ProductModel, ProductVariantModel } from '#prisma/product/client/models.ts';
import type { AttributeValue, StoredAttribute } from '../../domain/catalogue/attribute.ts';
import { type Prices, type ProductOption, visibleTo } from '../../domain/catalogue/product.ts';
import type { CategoryTexts, Name, ProductTexts } from '../../domain/catalogue/texts.ts';
import type { CatalogueReads, ProductList, ProductListPage, ProductView, VariantView } from '../../usecases/ports.ts';
import type { CategoryView } from '../../usecases/taxonomy/ports.ts';

/** What the database writes by itself is read by nobody. */
export const writtenByDatabase = { createdAt: true, updatedAt: true } as const satisfies Prisma.ProductOmit;

export const productFields = fieldsWithout(Prisma.ProductScalarFieldEnum, 'createdAt', 'updatedAt');

// JSON columns were checked when they were written: by the domain's schemas, which every way in goes through.

export const productView = (row: Omit<ProductModel, keyof typeof writtenByDatabase>): ProductView => ({
  ...row,
  id: row.id as ProductId,
  categoryId: row.categoryId as CategoryId,
  texts: row.texts as ProductTexts,
  attributes: row.attributes as Record<string, AttributeValue>,
  options: row.options as ProductOption[],
});

export const variantView = ({ position: _, ...row }: ProductVariantModel): VariantView => ({
  ...row,
  id: row.id as VariantId,
  productId: row.productId as ProductId,
  title: row.title as Name,
  options: row.options as Record<string, string>,
  prices: row.prices as Prices,
});

export const attributeOf = (row: AttributeModel): StoredAttribute => ({
  ...row,
  id: row.id as AttributeId,
  name: row.name as Name,
  choices: row.choices as StoredAttribute['choices'],
});

export const categoryColumns = {
  ...{ id: true, slug: true, texts: true, parentId: true, position: true, version: true },
} as const satisfies Prisma.CategorySelect;

export const categoryView = (row: Prisma.CategoryGetPayload<{ select: typeof categoryColumns }>): CategoryView => ({
  ...row,
  id: row.id as CategoryId,
  texts: row.texts as CategoryTexts,
  parentId: row.parentId as CategoryId | null,
});

const variantsOf = async (prisma: PrismaClient, products: readonly ProductId[], isArchived: boolean) => {
  const rows = await prisma.productVariant.findMany({
    where: { productId: { in: [...products] }, isArchived },
    orderBy: [{ position: 'asc' }, { id: 'asc' }],
  });
  return rows.map(variantView);
};

export const catalogueReads = (prisma: PrismaClient): CatalogueReads => ({
  ...productLists(prisma),
  ...collectionLists(prisma),

  products: async (viewer, { ids, slugs }) => {
    const rows = await prisma.product.findMany({
      where: { OR: [{ id: { in: [...ids] } }, { slug: { in: [...slugs] } }], status: { in: [...visibleTo(viewer)] } },
      omit: writtenByDatabase,
    });
    return rows.map(productView);
  },

  variants: async (viewer, { ids, skus }) => {
    const rows = await prisma.productVariant.findMany({
      where: {
        OR: [{ id: { in: [...ids] } }, { sku: { in: [...skus] } }],
        product: { status: { in: [...visibleTo(viewer)] } },
        ...(may(viewer, 'catalogue:read') ? {} : { isArchived: false }),
      },
    });
    return rows.map(variantView);
  },

  variantsOf: (products) => variantsOf(prisma, products, false),
  archivedVariantsOf: (products) => variantsOf(prisma, products, true),

  formerOwners: (slugs) =>
    prisma.formerSlug.findMany({
      where: { OR: slugs.map(({ kind, slug }) => ({ kind, slug })) },
      select: { kind: true, slug: true, ownerId: true },
    }),

  attributes: async (codes) =>
    (await prisma.attribute.findMany({ where: { code: { in: [...codes] } } })).map(attributeOf),

  categories: async (ids) => {
    const rows = await prisma.category.findMany({ where: { id: { in: [...ids] } }, select: categoryColumns });
    return rows.map(categoryView);
  },

  categoriesBelow: async (parents) => {
    const named = parents.filter((parent) => parent !== null);
    const rows = await prisma.category.findMany({
      where: { OR: [{ parentId: { in: named } }, ...(parents.includes(null) ? [{ parentId: null }] : [])] },
      select: categoryColumns,
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
    });
    return rows.map(categoryView);
  },
});

type PageRow = Omit<ProductModel, keyof typeof writtenByDatabase> & { readonly place: number };

const shown = Prisma.raw(selected(productFields, 'product'));

/** The lists that are asked for, as rows, and the categories below each category among them. */
const asked = (lists: readonly (ProductList & Partial<ProductListPage>)[]) => {
  const rows = lists.map(({ category, status, limit, after: [title, id] = ['', ''] }, place) => ({
    ...{ place, category, status, size: limit === undefined ? null : limit + 1 },
    ...{ after_title: title, after_id: id },
  }));
  return Prisma.sql`
    WITH RECURSIVE list AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS list (place int, category text, status product_status, size int, after_title text, after_id text)
    ), below AS (
      SELECT id, slug AS top FROM category WHERE slug IN (SELECT category FROM list)
       UNION ALL
      SELECT category.id, below.top FROM category JOIN below ON category.parent_id = below.id
    )`;
};

const isInList = Prisma.sql`
  product.status = list.status AND (list.category IS NULL
    OR product.category_id IN (SELECT below.id FROM below WHERE below.top = list.category))`;

const isNext = Prisma.sql`status = list.status AND (title, id) > (list.after_title, list.after_id)`;

/**
 * Any number of lists (the products of every category on a page) in one statement; Prisma has no query for that.
 * Each category below the one that is asked for gives the page it would have alone, from an index that has it in order: walking
 * all products by title until there are enough of them, one reads the whole catalogue for a shelf that is nearly empty. LIMIT 1
 * keeps the planner, which does not know how long a page is, from joining the page with all products.
 */
const productLists = (prisma: PrismaClient): Pick<CatalogueReads, 'pages' | 'counts'> => ({
  pages: async (pages) => {
    const rows = await prisma.$queryRaw<PageRow[]>`
      ${asked(pages)}
      SELECT list.place, product.*
        FROM list CROSS JOIN LATERAL (
          SELECT ${shown}
            FROM (
              SELECT * FROM (
                (SELECT title, id FROM product
                  WHERE list.category IS NULL AND ${isNext} ORDER BY title, id LIMIT list.size)
                 UNION ALL
                SELECT shelf.* FROM below CROSS JOIN LATERAL (
                  SELECT title, id FROM product
                   WHERE category_id = below.id AND ${isNext} ORDER BY title, id LIMIT list.size
                ) shelf WHERE below.top = list.category
              ) shelf ORDER BY title, id LIMIT list.size
            ) place CROSS JOIN LATERAL (SELECT * FROM product WHERE id = place.id LIMIT 1) product
        ) product
       ORDER BY list.place, product.title, product.id`;
    const byPlace = Map.groupBy(rows, ({ place }) => place);
    return pages.map((_, place) => byPlace.get(place)?.map(({ place: __, ...product }) => productView(product)) ?? []);
  },

  counts: async (lists) => {
    const rows = await prisma.$queryRaw<{ count: number }[]>`
      ${asked(lists)}
      SELECT (SELECT count(*)::int FROM product WHERE ${isInList}) AS count FROM list ORDER BY list.place`;
    return rows.map(({ count }) => count);
  },
});

/** The same of collections, whose members are rows in the order of their titles. */
const collectionLists = (prisma: PrismaClient): Pick<CatalogueReads, 'collectionPages' | 'collectionCounts'> => ({
  collectionPages: async (pages) => {
    const rows = pages.map(({ collection, limit, after: [title, id] = ['', ''] }, place) => ({
      ...{ place, collection, size: limit + 1, after_title: title, after_id: id },
    }));
    const products = await prisma.$queryRaw<PageRow[]>`
      SELECT list.place, product.*
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          AS list (place int, collection text, size int, after_title text, after_id text)
       CROSS JOIN LATERAL (
          SELECT product_id, title
            FROM collection_product
           WHERE collection_id = list.collection AND is_published
             AND (title, product_id) > (list.after_title, list.after_id)
           ORDER BY title, product_id
           LIMIT list.size
        ) member
       CROSS JOIN LATERAL (SELECT ${shown} FROM product WHERE product.id = member.product_id) product
       ORDER BY list.place, member.title, member.product_id`;
    const byPlace = Map.groupBy(products, ({ place }) => place);
    return pages.map((_, place) => byPlace.get(place)?.map(({ place: __, ...product }) => productView(product)) ?? []);
  },

  collectionCounts: async (ids) => {
    const rows = await prisma.collectionProduct.groupBy({
      by: ['collectionId'],
      where: { collectionId: { in: [...ids] }, isPublished: true },
      _count: true,
    });
    return new Map(rows.map(({ collectionId, _count }) => [collectionId as CollectionId, _count]));
  },
});
