import { CallerFault } from '#contracts/result.ts';
import { Slug } from '../domain/catalogue/catalogue.ts';
import { statusToList } from '../domain/catalogue/visibility.ts';
import { findProduct } from './product.ts';
import { productPage } from './product-page.ts';
import { findVariant } from './product-variant.ts';
import type { QueryResolvers } from './types.generated.ts';

/** Two ways to name a thing, of which the caller uses one. */
const exactlyOne = (given: Readonly<Record<string, unknown>>, ...names: readonly [string, string]) => {
  if (names.filter((name) => given[name] != null).length !== 1)
    throw new CallerFault('BAD_USER_INPUT', `Give exactly one of "${names[0]}" and "${names[1]}".`);
};

export const Query = {
  products: (_, { category, status, ...page }, { loaders, viewer }) => {
    if (category != null && !Slug.safeParse(category).success)
      throw new CallerFault('BAD_USER_INPUT', '"category" is not a slug.');
    return productPage(loaders, { category: category ?? null, status: statusToList(viewer, status) }, page);
  },
  product: (_, args, { loaders }) => {
    exactlyOne(args, 'id', 'slug');
    return findProduct(loaders, args);
  },
  variant: (_, args, { loaders }) => {
    exactlyOne(args, 'id', 'sku');
    return findVariant(loaders, args);
  },
  categories: (_, __, { loaders }) => loaders.categoriesBelow.load({ parent: null }),
} satisfies QueryResolvers;
