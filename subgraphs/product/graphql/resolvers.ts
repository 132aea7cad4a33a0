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
import { Facet, FilterValue, SearchConnection } from './search.ts';
import { stockMutations, stockQueries, stockTypes, variantStock } from './stock.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query: { ...Query, ...stockQueries },
  Mutation: stockMutations,
  Product,
  ProductAttribute,
  ProductOption,
  OptionValue,
  ProductVariant: { ...ProductVariant, ...variantStock },
  VariantOption,
  Category,
  ProductConnection,
  ...stockTypes,
  SearchConnection,
  Facet,
  FilterValue,
} satisfies Resolvers);
