import { parseId } from '#contracts/ids.ts';
import { read } from './language.ts';
import { productPage } from './loaders.ts';
import type { CategoryResolvers } from './types.generated.ts';

export const Category = {
  __resolveReference: async (reference, { loaders }) => {
    const id = parseId('Category', reference.id);
    return id ? await loaders.category.load(id) : null;
  },
  name: ({ texts }, asked, context) => read(texts, asked, context).name,
  description: ({ texts }, asked, context) => read(texts, asked, context).description ?? null,
  seoTitle: ({ texts }, asked, context) => read(texts, asked, context).seoTitle ?? null,
  seoDescription: ({ texts }, asked, context) => read(texts, asked, context).seoDescription ?? null,
  parent: async ({ parentId }, _, { loaders }) => (parentId ? await loaders.category.load(parentId) : null),
  children: ({ id }, _, { loaders }) => loaders.categoriesBelow.load({ parent: id }),
  products: ({ slug }, page, { loaders }) => productPage(loaders, { category: slug, status: 'PUBLISHED' }, page),
} satisfies CategoryResolvers;
