import { completeResolvers } from '#platform/graphql/subgraph-schema.ts';
import { Category } from './category.ts';
import {
  OptionValue,
  Product,
  ProductAttribute,
  ProductConnection,
  ProductOption,
  ProductVariant,
  VariantOption,
} from './product.ts';
import { Query } from './queries.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query,
  Product,
  ProductAttribute,
  ProductOption,
  OptionValue,
  ProductVariant,
  VariantOption,
  Category,
  ProductConnection,
} satisfies Resolvers);
