import { completeResolvers } from '#platform/graphql/subgraph-schema.ts';
import { Attribute, AttributeChoice, attributeMutations, attributeQueries } from './attribute.ts';
import { availabilityMutations, availabilityQueries, availabilityTypes, variantAvailability } from './availability.ts';
import { Category, categoryMutations, categoryQueries } from './category.ts';
import {
  Collection,
  CollectionCondition,
  collectionMutations,
  collectionQueries,
  productCollections,
} from './collection.ts';
import { Media, mediaMutations, productMedia } from './media.ts';
import {
  OptionValue,
  Product,
  ProductAttribute,
  ProductConnection,
  ProductOption,
  ProductVariant,
  VariantOption,
} from './product.ts';
import { changedProducts, productMutations } from './product-mutations.ts';
import { Query } from './queries.ts';
import { productSchedule, ScheduledPrice, variantSchedule } from './schedule.ts';
import { Facet, FilterValue, SearchConnection } from './search.ts';
import { SearchPin, searchRuleMutations, searchRuleQueries } from './search-rules.ts';
import { Shop, ShopCountry, shopQueries } from './shop.ts';
import { stockMutations, stockQueries, stockTypes, variantStock } from './stock.ts';
import { Suggestion } from './suggest.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';
import { changedVariants, variantMutations } from './variant-mutations.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query: {
    ...{ ...Query, ...categoryQueries, ...attributeQueries, ...collectionQueries },
    ...{ ...stockQueries, ...shopQueries, ...availabilityQueries, ...searchRuleQueries },
  },
  Mutation: {
    ...{ ...categoryMutations, ...attributeMutations, ...collectionMutations },
    ...{ ...stockMutations, ...mediaMutations, ...availabilityMutations, ...searchRuleMutations },
    ...{ ...productMutations, ...variantMutations },
  },
  Product: { ...Product, ...productCollections, ...productMedia, ...productSchedule },
  Media,
  ProductAttribute,
  ProductOption,
  OptionValue,
  ProductVariant: { ...ProductVariant, ...variantStock, ...variantAvailability, ...variantSchedule },
  ScheduledPrice,
  ...changedProducts,
  ...changedVariants,
  VariantOption,
  Category,
  Attribute,
  AttributeChoice,
  Collection,
  CollectionCondition,
  ProductConnection,
  ...stockTypes,
  SearchConnection,
  Facet,
  FilterValue,
  Shop,
  ShopCountry,
  ...availabilityTypes,
  Suggestion,
  SearchPin,
} satisfies Resolvers);
