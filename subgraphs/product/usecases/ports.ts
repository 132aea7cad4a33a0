/** What the use cases need from outside. */
import type { CategoryId, newId, ProductId, VariantId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import type { CommonStores, Receive, Transaction } from '#contracts/transaction.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { PlacedCategory, Product, ProductStatus, Variant } from '../domain/catalogue/catalogue.ts';
import type { LocationStore, ReservationStore, StockReads, StockStore } from './inventory/ports.ts';

export interface CatalogueStore {
  /** Lets imports take turns: two at once would both see a new product as new. */
  lockImports(): Promise<void>;
  categories(): Promise<PlacedCategory[]>;
  /** Inserts or updates; parents first. */
  saveCategories(categories: readonly PlacedCategory[]): Promise<void>;
  /** Those of the products that exist, with their variants, locked. */
  lockProducts(ids: readonly ProductId[]): Promise<ReadonlyMap<ProductId, Product>>;
  /** Inserts or updates products and variants; a new variant gets its empty stock level. */
  saveProducts(products: readonly Product[]): Promise<void>;
}

/** Writes, all in one transaction. */
export interface Stores extends CommonStores {
  readonly catalogue: CatalogueStore;
  readonly stock: StockStore;
  readonly locations: LocationStore;
  readonly reservations: ReservationStore;
}

export type ProductView = Omit<Product, 'variants'>;
export interface VariantView extends Variant {
  readonly productId: ProductId;
}
export interface CategoryView {
  readonly id: CategoryId;
  readonly slug: string;
  readonly name: string;
  readonly parentId: CategoryId | null;
}

/** The products in one status, of one category (by slug, with everything below it) or of all. */
export interface ProductList {
  readonly category: string | null;
  readonly status: ProductStatus;
}
export interface ProductListPage extends ProductList {
  readonly limit: number;
  /** Title and id of the product after which to go on. */
  readonly after: readonly [title: string, id: string] | undefined;
}

/** Each is one SQL statement, for however many keys. Rows come in any order unless a method states one. */
export interface CatalogueReads {
  products(
    viewer: Viewer,
    by: { readonly ids: readonly ProductId[]; readonly slugs: readonly string[] },
  ): Promise<ProductView[]>;
  variants(
    viewer: Viewer,
    by: { readonly ids: readonly VariantId[]; readonly skus: readonly string[] },
  ): Promise<VariantView[]>;
  /** In the order in which the shop shows them. */
  variantsOf(products: readonly ProductId[]): Promise<VariantView[]>;
  categories(ids: readonly CategoryId[]): Promise<CategoryView[]>;
  /** In the order in which the shop shows them; `null` is the parent of the top. */
  categoriesBelow(parents: readonly (CategoryId | null)[]): Promise<CategoryView[]>;
  /** For each page its products in order of title, and one more than the limit when there is one. */
  pages(pages: readonly ProductListPage[]): Promise<ProductView[][]>;
  counts(lists: readonly ProductList[]): Promise<number[]>;
}

export type Reads = CatalogueReads & StockReads;

export interface Deps {
  readonly shop: ShopSettings;
  readonly newId: typeof newId;
  readonly transaction: Transaction<Stores>;
  readonly receive: Receive<Stores>;
  readonly reads: Reads;
  /** For customers, whose pages may be a moment old; the same as `reads` when absent. */
  readonly browsingReads?: Reads;
}
