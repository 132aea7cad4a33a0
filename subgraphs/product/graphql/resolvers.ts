import { completeResolvers } from '#platform/graphql/answered.ts';
import { Category } from './category.ts';
import { Product } from './product.ts';
import { ProductConnection } from './product-connection.ts';
import { ProductVariant } from './product-variant.ts';
import { Query } from './queries.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query,
  Product,
  ProductVariant,
  Category,
  ProductConnection,
} satisfies Resolvers);
