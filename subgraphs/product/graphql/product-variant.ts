import { parseId } from '#contracts/ids.ts';
import { Sku } from '../domain/catalogue/catalogue.ts';
import type { Loaders, VariantKey } from './loaders.ts';
import type { ProductVariantResolvers } from './types.generated.ts';

interface Given {
  readonly id?: string | null | undefined;
  readonly sku?: string | null | undefined;
}

/** As for products: what could not be anybody's key finds nothing, and costs no query. */
const keyIn = (given: Given): VariantKey | undefined => {
  if (given.id != null) {
    const id = parseId('Variant', given.id);
    return id && { id };
  }
  return Sku.safeParse(given.sku).success && given.sku ? { sku: given.sku } : undefined;
};

export const findVariant = async ({ variant }: Loaders, given: Given) => {
  const key = keyIn(given);
  return key ? await variant.load(key) : null;
};

export const ProductVariant = {
  __resolveReference: (reference, { loaders }) => findVariant(loaders, reference),
  available: ({ id }, _, { loaders }) => loaders.available.load(id),
  product: async ({ productId }, _, { loaders }) => {
    const product = await loaders.product.load({ id: productId });
    if (!product) throw new Error(`product ${productId} was taken from sale while it was being read`);
    return product;
  },
} satisfies ProductVariantResolvers;
