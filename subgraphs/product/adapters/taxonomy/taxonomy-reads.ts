/** What the graph reads of categories, attributes and collections. */
import type { CategoryId, ProductId } from '#contracts/ids.ts';
import { selected } from '#platform/database/raw-rows.ts';
import { Prisma, type PrismaClient } from '#prisma/product/client/client.ts';
import type { CategoryView, CollectionView, TaxonomyReads } from '../../usecases/taxonomy/ports.ts';
import { attributeOf, categoryColumns, categoryView } from '../catalogue/catalogue-reads.ts';
import { collectionOf } from './taxonomy-store.ts';

const categoryShown = Prisma.raw(selected(Object.keys(categoryColumns), 'category'));
const visible = ({ unpublished }: { readonly unpublished: boolean }) => (unpublished ? {} : { isPublished: true });

export const taxonomyReads = (prisma: PrismaClient): TaxonomyReads => ({
  categoriesNamed: async (slugs) => {
    const rows = await prisma.category.findMany({ where: { slug: { in: [...slugs] } }, select: categoryColumns });
    return rows.map(categoryView);
  },

  categoryPaths: async (ids) => {
    const rows = await prisma.$queryRaw<(Parameters<typeof categoryView>[0] & { of: CategoryId })[]>`
      WITH RECURSIVE above AS (
        SELECT id AS of, id, parent_id, depth FROM category WHERE id = ANY (${[...ids]})
         UNION ALL
        SELECT above.of, parent.id, parent.parent_id, parent.depth
          FROM above JOIN category parent ON parent.id = above.parent_id
      )
      SELECT above.of, ${categoryShown} FROM above JOIN category USING (id) ORDER BY above.of, above.depth`;
    const paths = new Map<CategoryId, CategoryView[]>();
    for (const { of, ...row } of rows) paths.set(of, [...(paths.get(of) ?? []), categoryView(row)]);
    return paths;
  },

  allAttributes: async () =>
    (await prisma.attribute.findMany({ orderBy: [{ position: 'asc' }, { code: 'asc' }] })).map(attributeOf),

  collections: async (which, sees) => {
    const named = which === 'all' ? {} : { OR: [{ id: { in: [...which.ids] } }, { slug: { in: [...which.slugs] } }] };
    const rows = await prisma.collection.findMany({
      where: { ...named, ...visible(sees) },
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
    });
    return rows.map(collectionOf);
  },

  collectionsOf: async (products, sees) => {
    const rows = await prisma.collectionProduct.findMany({
      where: { productId: { in: [...products] }, collection: visible(sees) },
      select: { productId: true, collection: true },
      orderBy: [{ collection: { position: 'asc' } }, { collectionId: 'asc' }],
    });
    const found = new Map<ProductId, CollectionView[]>();
    for (const { productId, collection } of rows) {
      const id = productId as ProductId;
      found.set(id, [...(found.get(id) ?? []), collectionOf(collection)]);
    }
    return found;
  },
});
