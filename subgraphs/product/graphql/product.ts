import { parseId } from '#contracts/ids.ts';
import { isMore, type Money } from '#contracts/money.ts';
import { Sku, Slug } from '../domain/catalogue/catalogue.ts';
import type { VariantView } from '../usecases/ports.ts';
import type { Loaders, ProductKey, VariantKey } from './loaders.ts';
import type { ProductConnectionResolvers, ProductResolvers, ProductVariantResolvers } from './types.generated.ts';

interface Given {
  readonly id?: string | null | undefined;
  readonly slug?: string | null | undefined;
  readonly sku?: string | null | undefined;
}

// What could not be anybody's key finds nothing, and costs no query.
const productKey = ({ id: given, slug }: Given): ProductKey | undefined => {
  const id = given == null ? undefined : parseId('Product', given);
  if (given != null) return id && { id };
  return slug && Slug.safeParse(slug).success ? { slug } : undefined;
};

const variantKey = ({ id: given, sku }: Given): VariantKey | undefined => {
  const id = given == null ? undefined : parseId('Variant', given);
  if (given != null) return id && { id };
  return sku && Sku.safeParse(sku).success ? { sku } : undefined;
};

export const findProduct = async ({ product }: Loaders, given: Given) => {
  const key = productKey(given);
  return key ? await product.load(key) : null;
};

export const findVariant = async ({ variant }: Loaders, given: Given) => {
  const key = variantKey(given);
  return key ? await variant.load(key) : null;
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

export const ProductConnection = {
  totalCount: ({ list }, _, { loaders }) => loaders.count.load(list),
} satisfies ProductConnectionResolvers;

export const ProductVariant = {
  __resolveReference: (reference, { loaders }) => findVariant(loaders, reference),
  available: async ({ id }, _, { loaders }) => (await loaders.stock.load(id))?.available ?? 0,
  product: async ({ productId }, _, { loaders }) => {
    const product = await loaders.product.load({ id: productId });
    if (!product) throw new Error(`product ${productId} was taken from sale while it was being read`);
    return product;
  },
} satisfies ProductVariantResolvers;
