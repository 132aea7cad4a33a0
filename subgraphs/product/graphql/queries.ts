import { assertInput, exactlyOneOf } from '#platform/graphql/inputs.ts';
import { statusToList } from '../domain/catalogue/product.ts';
import { Slug } from '../domain/catalogue/texts.ts';
import { categoryNamed } from './category.ts';
import { productPage } from './loaders.ts';
import { findProduct, findVariant } from './product.ts';
import { searchQueries } from './search.ts';
import { suggestQueries } from './suggest.ts';
import type { QueryResolvers } from './types.generated.ts';

export const Query = {
  ...searchQueries,
  ...suggestQueries,
  products: async (_, { category, status, ...page }, { loaders, viewer }) => {
    assertInput(category == null || Slug.safeParse(category).success, '"category" is not a slug.');
    const list = { category: category ?? null, status: statusToList(viewer, status) };
    const found = await productPage(loaders, list, page);
    if (category == null || found.edges.length > 0) return found;
    // Nothing there: a link to a category that has been renamed leads on.
    const current = await categoryNamed(loaders, category);
    if (!current || current.slug === category) return found;
    return productPage(loaders, { ...list, category: current.slug }, page, list);
  },
  product: (_, args, { loaders }) => {
    exactlyOneOf(args, 'id', 'slug');
    return findProduct(loaders, args);
  },
  variant: (_, args, { loaders }) => {
    exactlyOneOf(args, 'id', 'sku');
    return findVariant(loaders, args);
  },
  categories: (_, __, { loaders }) => loaders.categoriesBelow.load({ parent: null }),
} satisfies QueryResolvers;
