import { answering } from '#platform/graphql/answered.ts';
import { Category } from './category.ts';
import { Product } from './product.ts';
import { ProductConnection } from './product-connection.ts';
import { ProductVariant } from './product-variant.ts';
import { Query } from './queries.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';

export const resolvers = answering<Resolvers, ResolversParentTypes>()({
  Query,
  Product,
  ProductVariant,
  Category,
  ProductConnection,
} satisfies Resolvers);
