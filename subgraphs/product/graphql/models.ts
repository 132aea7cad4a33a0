/** What resolvers are given of types that are no row of their own. */
import type { ProductId } from '#contracts/ids.ts';
import type { Language, Localized } from '#contracts/language.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import type { Connection } from '#platform/graphql/connection.ts';
import type { Attribute, AttributeValue } from '../domain/catalogue/attribute.ts';
import type { OptionValue, ProductOption } from '../domain/catalogue/product.ts';
import type { Media } from '../domain/media/media.ts';
import type { Filters } from '../domain/search/filters.ts';
import type { ProductView } from '../usecases/ports.ts';
import type { FacetCount, FacetRange, SearchResult } from '../usecases/search/ports.ts';
import type { CategoryView, CollectionView } from '../usecases/taxonomy/ports.ts';

/** A value with its attribute: what it is called, and in which order it is shown. */
export interface AttributeModel {
  readonly attribute: Attribute;
  readonly value: AttributeValue;
}

/** A choice of a variant, as its product names it. */
export interface VariantOptionModel {
  readonly option: ProductOption;
  readonly value: OptionValue;
}

/** A page of results, with what was asked for. */
export interface SearchModel extends Connection<ProductView> {
  readonly result: SearchResult;
  readonly filters: Filters;
  readonly language: Language;
}

export interface FacetModel {
  readonly code: string;
  readonly values: readonly FilterValueModel[];
  readonly isExact: boolean;
  readonly range: FacetRange | undefined;
  readonly names: Localized;
  readonly language: Language;
}

export interface FilterValueModel extends FacetCount {
  readonly isSelected: boolean;
  readonly language: Language;
}

export type ShopModel = ShopSettings;

export interface CountryModel {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
}

/** What a change of a product's pictures leads to; read afterwards, as whoever asked may see it. */
export interface MediaChangeModel {
  readonly media: Media | null;
  readonly product: ProductView | null;
}

/** A retry may find it removed. */
export interface CategoryChangeModel {
  readonly category: CategoryView | null;
}

/** A retry may find it removed. */
export interface CollectionChangeModel {
  readonly collection: CollectionView | null;
}

/** A line below the search box; a product's text is its title. */
export interface SuggestionModel {
  readonly kind: 'QUERY' | 'CATEGORY' | 'BRAND' | 'PRODUCT';
  readonly language: Language;
  readonly text?: string;
  readonly filter?: string;
  readonly productId?: ProductId;
}
