import { parseId } from '#contracts/ids.ts';
import { productPage } from './loaders.ts';
import type { CategoryResolvers } from './types.generated.ts';

export const Category = {
  __resolveReference: async (reference, { loaders }) => {
    const id = parseId('Category', reference.id);
    return id ? await loaders.category.load(id) : null;
  },
  parent: async ({ parentId }, _, { loaders }) => (parentId ? await loaders.category.load(parentId) : null),
  children: ({ id }, _, { loaders }) => loaders.categoriesBelow.load({ parent: id }),
  products: ({ slug }, page, { loaders }) => productPage(loaders, { category: slug, status: 'PUBLISHED' }, page),
} satisfies CategoryResolvers;
