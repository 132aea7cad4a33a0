import { selected } from '#platform/database/raw-rows.ts';
import { Prisma, type PrismaClient } from '#prisma/product/client/client.ts';
import type { CatalogueReads, ProductList, ProductListPage } from '../../usecases/ports.ts';
import { type ProductRow, productFields, productView } from './product-rows.ts';

type PageRow = ProductRow & { readonly place: number };

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

/** Any number of lists (the products of every category on a page) in one statement; Prisma has no query for that. */
export const productLists = (prisma: PrismaClient): Pick<CatalogueReads, 'pages' | 'counts'> => ({
  pages: async (pages) => {
    const rows = await prisma.$queryRaw<PageRow[]>`
      ${asked(pages)}
      SELECT list.place, product.*
        FROM list CROSS JOIN LATERAL (
          SELECT ${shown}
            FROM product
           WHERE ${isInList} AND (product.title, product.id) > (list.after_title, list.after_id)
           ORDER BY product.title, product.id
           LIMIT list.size
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
