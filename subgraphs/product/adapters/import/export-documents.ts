import type { CategoryId } from '#contracts/ids.ts';
import type { PrismaClient } from '#prisma/product/client/client.ts';
import type { CategoryTexts } from '../../domain/catalogue/texts.ts';
import type { AttributeDocument, CategoryDocument, ProductDocument } from '../../domain/import/import-document.ts';
import { attributeOf, productView, variantView, writtenByDatabase } from '../catalogue/catalogue-reads.ts';

// 200 products with their variants a page: two statements, and a few megabytes at most.
const pageSize = 200;

export type ExportedLine =
  | { readonly attribute: AttributeDocument }
  | { readonly category: CategoryDocument }
  | { readonly product: ProductDocument };

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
      include: { variants: { orderBy: { position: 'asc' } } },
    });
    for (const { variants, ...row } of page) {
      // By name: what else there is of a product, an import does not take.
      const { slug, texts, brand, status, categoryId, taxClass, attributes, options } = productView(row);
      const category = slugs.get(categoryId);
      if (category === undefined) throw new Error(`category ${categoryId} is gone, against its foreign key`);
      const documents = variants.map(variantView).map(({ id: _, productId: __, ...variant }) => variant);
      yield {
        product: { slug, texts, brand, status, category, taxClass, attributes, options, variants: documents },
      };
    }
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
  }
};

async function* exportCategories(prisma: PrismaClient): AsyncGenerator<ExportedLine, Map<CategoryId, string>> {
  const rows = await prisma.category.findMany({ orderBy: [{ depth: 'asc' }, { position: 'asc' }, { id: 'asc' }] });
  const slugs = new Map(rows.map(({ id, slug }) => [id as CategoryId, slug]));
  for (const { slug, texts, parentId, position } of rows) {
    const parent = parentId === null ? null : (slugs.get(parentId as CategoryId) ?? null);
    yield { category: { slug, texts: texts as CategoryTexts, parent, position } };
  }
  return slugs;
}
