import { parseId } from '#contracts/ids.ts';
import { isMore, type Money } from '#contracts/money.ts';
import { Slug } from '../domain/catalogue/catalogue.ts';
import type { VariantView } from '../usecases/ports.ts';
import type { Loaders, ProductKey } from './loaders.ts';
import type { ProductResolvers } from './types.generated.ts';

interface Given {
  readonly id?: string | null | undefined;
  readonly slug?: string | null | undefined;
}

/** The key in what came from outside; what could not be anybody's key finds nothing, and costs no query. */
const keyIn = (given: Given): ProductKey | undefined => {
  if (given.id != null) {
    const id = parseId('Product', given.id);
    return id && { id };
  }
  return Slug.safeParse(given.slug).success && given.slug ? { slug: given.slug } : undefined;
};

export const findProduct = async ({ product }: Loaders, given: Given) => {
  const key = keyIn(given);
  return key ? await product.load(key) : null;
};

const lowest = (variants: readonly VariantView[]): Money | null => {
  const [first, ...others] = variants.map(({ price }) => price);
  return first ? others.reduce((low, price) => (isMore(low, price) ? price : low), first) : null;
};

export const Product = {
  __resolveReference: (reference, { loaders }) => findProduct(loaders, reference),
  category: async ({ categoryId }, _, { loaders }) => {
    const category = await loaders.category.load(categoryId);
    if (!category) throw new Error(`category ${categoryId} is gone, against its foreign key`);
    return category;
  },
  variants: ({ id }, _, { loaders }) => loaders.variantsOf.load(id),
  priceFrom: async ({ id }, _, { loaders }) => lowest(await loaders.variantsOf.load(id)),
} satisfies ProductResolvers;
