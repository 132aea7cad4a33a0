import type { ProductConnectionResolvers } from './types.generated.ts';

export const ProductConnection = {
  totalCount: ({ list }, _, { loaders }) => loaders.count.load(list),
} satisfies ProductConnectionResolvers;
