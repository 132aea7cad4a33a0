import type { ProductConnectionResolvers } from './types.generated.ts';

export const ProductConnection: ProductConnectionResolvers = {
  totalCount: ({ list }, _, { loaders }) => loaders.count.load(list),
};
