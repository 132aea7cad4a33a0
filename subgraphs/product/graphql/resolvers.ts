import { completeResolvers } from '#platform/graphql/subgraph-schema.ts';
import { Category } from './category.ts';
import { Product, ProductConnection, ProductVariant } from './product.ts';
import { Query } from './queries.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query,
  Product,
  ProductVariant,
  Category,
  ProductConnection,
} satisfies Resolvers);
