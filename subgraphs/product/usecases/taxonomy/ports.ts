/** What changes and reads of categories, attributes and collections need from outside. */
import type { CategoryId, CollectionId, ProductId } from '#contracts/ids.ts';
import type { StoredAttribute } from '../../domain/catalogue/attribute.ts';
import type { StoredCollection } from '../../domain/catalogue/collection.ts';
import type { Product } from '../../domain/catalogue/product.ts';
import type { Standing } from '../../domain/catalogue/product-changes.ts';
import type { CategoryTexts } from '../../domain/catalogue/texts.ts';

export interface TaxonomyStore {
  /**
   * Changes of the taxonomy take turns, and wait until the products that are being written have been: whoever writes one
   * holds the taxonomy as it is. So no product is written by a rule, or below a category, that is gone in the same moment.
   */
  lock(): Promise<void>;
  /** How many subcategories and products the category has; nothing can be put into it until the transaction ends. */
  contentOf(category: CategoryId): Promise<{ readonly categories: number; readonly products: number }>;
  removeCategory(id: CategoryId): Promise<void>;
  collections(): Promise<StoredCollection[]>;
  /** Inserts or updates, each in its next version. */
  saveCollections(collections: readonly Omit<StoredCollection, 'version'>[]): Promise<void>;
  removeCollection(id: CollectionId): Promise<void>;
  /** Whether any product has a value of it. */
  isUsed(attribute: string): Promise<boolean>;
  /** Of a CHOICE: the codes that products have. */
  choicesUsed(attribute: string): Promise<string[]>;
  /** Those of the products that exist. */
  existing(products: readonly ProductId[]): Promise<ReadonlySet<ProductId>>;
  /** Which collections the products, which the caller has locked, are in from now on. */
  saveMembership(
    products: readonly Product[],
    standings: ReadonlyMap<ProductId, Pick<Standing, 'collectionIds'>>,
  ): Promise<void>;
  /** Products for `refreshProducts` to bring up to date. */
  readonly toRefresh: {
    addAll(): Promise<void>;
    addWith(attribute: string): Promise<void>;
    addIn(collection: CollectionId): Promise<void>;
  };
}

export interface CategoryView {
  readonly id: CategoryId;
  readonly slug: string;
  readonly texts: CategoryTexts;
  readonly parentId: CategoryId | null;
  /** Order among its siblings. */
  readonly position: number;
  readonly version: number;
}

export type CollectionView = StoredCollection;

/** Each is one SQL statement, for however many keys. */
export interface TaxonomyReads {
  categoriesNamed(slugs: readonly string[]): Promise<CategoryView[]>;
  /** Of each category itself and those above it, the top first. */
  categoryPaths(ids: readonly CategoryId[]): Promise<ReadonlyMap<CategoryId, readonly CategoryView[]>>;
  /** In the order in which the shop shows them. */
  allAttributes(): Promise<StoredAttribute[]>;
  /** Those with these ids or slugs, or all, in the order in which the shop shows them. */
  collections(
    which: { readonly ids: readonly CollectionId[]; readonly slugs: readonly string[] } | 'all',
    sees: { readonly unpublished: boolean },
  ): Promise<CollectionView[]>;
  collectionsOf(
    products: readonly ProductId[],
    sees: { readonly unpublished: boolean },
  ): Promise<ReadonlyMap<ProductId, readonly CollectionView[]>>;
}
