import { parseId } from '../../../contracts/ids.ts';
import { productConnection } from './product-connection.ts';
import type { CategoryResolvers } from './types.generated.ts';

export const Category: CategoryResolvers = {
  __resolveReference: async (reference, { loaders }) => {
    const id = parseId('Category', reference.id);
    return id ? await loaders.category.load(id) : null;
  },
  parent: async ({ parentId }, _, { loaders }) => (parentId ? await loaders.category.load(parentId) : null),
  children: ({ id }, _, { loaders }) => loaders.categoriesBelow.load({ parent: id }),
  products: ({ slug }, page, { loaders }) => productConnection(loaders, { category: slug, status: 'PUBLISHED' }, page),
};
