import type { CategoryId } from '#contracts/ids.ts';
import type { PrismaClient } from '#prisma/product/client/client.ts';
import type { Condition } from '../../domain/catalogue/collection-rule.ts';
import type { CategoryTexts } from '../../domain/catalogue/texts.ts';
import type {
  AttributeDocument,
  CategoryDocument,
  CollectionDocument,
  ConditionDocument,
  PictureDocument,
  ProductDocument,
} from '../../domain/import/import-document.ts';
import type { Media } from '../../domain/media/media.ts';
import { attributeOf, productView, variantView, writtenByDatabase } from '../catalogue/catalogue-reads.ts';
import { mediaOf } from '../media/media-store.ts';
import { collectionOf } from '../taxonomy/taxonomy-store.ts';

// 200 products with their variants a page: two statements, and a few megabytes at most.
const pageSize = 200;

export type ExportedLine =
  | { readonly attribute: AttributeDocument }
  | { readonly category: CategoryDocument }
  | { readonly product: ProductDocument }
  | { readonly collection: CollectionDocument };

/** What an import makes the same catalogue of, in the order in which it can be imported. Holds a page at a time. */
export const exportDocuments = async function* (prisma: PrismaClient): AsyncGenerator<ExportedLine> {
  const attributes = await prisma.attribute.findMany({ orderBy: [{ position: 'asc' }, { code: 'asc' }] });
  for (const { code, name, kind, unit, choices, isFilterable, position } of attributes.map(attributeOf))
    yield { attribute: { code, name, kind, unit, choices, isFilterable, position } };
  const slugs = yield* exportCategories(prisma);
  for (let after = ''; ; ) {
    const page = await prisma.product.findMany({
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take: pageSize,
      omit: writtenByDatabase,
      include: {
        variants: { orderBy: { position: 'asc' } },
        media: { orderBy: [{ position: 'asc' }, { id: 'asc' }] },
      },
    });
    for (const { variants, media, ...row } of page) {
      // By name: what else there is of a product, an import does not take.
      const { slug, texts, brand, status, categoryId, taxClass, attributes, options } = productView(row);
      const category = slugs.get(categoryId);
      if (category === undefined) throw new Error(`category ${categoryId} is gone, against its foreign key`);
      const documents = variants.map(variantView).map(({ id: _, productId: __, ...variant }) => variant);
      yield {
        product: {
          ...{ slug, texts, brand, status, category, taxClass, attributes, options },
          variants: documents,
          ...(media.length > 0 && { pictures: media.map(mediaOf).map(pictureOf) }),
        },
      };
    }
    const last = page.at(-1);
    if (!last) break;
    after = last.id;
  }
  // Behind the products that they may name.
  yield* exportCollections(prisma, slugs);
};

const pictureOf = ({ source, alt }: Media): PictureDocument =>
  source.url === null ? { file: source.fileKey, alt } : { url: source.url, alt };

async function* exportCollections(
  prisma: PrismaClient,
  categories: ReadonlyMap<CategoryId, string>,
): AsyncGenerator<ExportedLine> {
  const rows = (await prisma.collection.findMany({ orderBy: [{ position: 'asc' }, { id: 'asc' }] })).map(collectionOf);
  const picked = rows.flatMap(({ rule }) =>
    rule.conditions.flatMap((one) => (one.by === 'PRODUCTS' ? one.productIds : [])),
  );
  const named = await prisma.product.findMany({ where: { id: { in: picked } }, select: { id: true, slug: true } });
  const products = new Map(named.map(({ id, slug }) => [id, slug]));
  const conditionOf = (one: Condition): ConditionDocument[] => {
    // What a rule names may have gone since: then this matches nothing, and neither does a rule of all conditions.
    if (one.by === 'CATEGORY') {
      const category = categories.get(one.categoryId);
      return category === undefined ? [] : [{ by: one.by, category }];
    }
    if (one.by !== 'PRODUCTS') return [one];
    const slugs = one.productIds.flatMap((id) => products.get(id) ?? []);
    return slugs.length > 0 ? [{ by: one.by, products: slugs }] : [];
  };
  for (const { slug, texts, rule, position, isPublished } of rows) {
    const conditions = rule.conditions.flatMap(conditionOf);
    const hasLost = conditions.length < rule.conditions.length;
    if (conditions.length === 0 || (hasLost && rule.match === 'ALL')) continue;
    yield { collection: { slug, texts, rule: { match: rule.match, conditions }, position, isPublished } };
  }
}

async function* exportCategories(prisma: PrismaClient): AsyncGenerator<ExportedLine, Map<CategoryId, string>> {
  const rows = await prisma.category.findMany({ orderBy: [{ depth: 'asc' }, { position: 'asc' }, { id: 'asc' }] });
  const slugs = new Map(rows.map(({ id, slug }) => [id as CategoryId, slug]));
  for (const { slug, texts, parentId, position } of rows) {
    const parent = parentId === null ? null : (slugs.get(parentId as CategoryId) ?? null);
    yield { category: { slug, texts: texts as CategoryTexts, parent, position } };
  }
  return slugs;
}
