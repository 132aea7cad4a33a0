/** What the use cases need from outside. */
import type { DataOf } from '#contracts/envelope.ts';
import type { CategoryId, CollectionId, newId, ProductId, VariantId } from '#contracts/ids.ts';
import type { MergedGuests } from '#contracts/merged-guests.ts';
import type { ProductChanged } from '#contracts/messages/product.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import type { CommonStores, Receive, Transaction } from '#contracts/transaction.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { Attribute, StoredAttribute } from '../domain/catalogue/attribute.ts';
import type { PlacedCategory, StoredCategory } from '../domain/catalogue/category.ts';
import type { Product, ProductStatus, StoredProduct, Variant } from '../domain/catalogue/product.ts';
import type { ScheduleReads, ScheduleStore } from './catalogue/ports.ts';
import type { ImportStore } from './import/ports.ts';
import type {
  AvailabilityReads,
  AvailabilityStore,
  LocationStore,
  ReservationStore,
  StockAlertStore,
  StockReads,
  StockStore,
} from './inventory/ports.ts';
import type { FileRecords, MediaReads, MediaStore, MediaTools, UploadStore } from './media/ports.ts';
import type { SearchReads, SearchRuleReads, SearchRuleStore, SearchStore } from './search/ports.ts';
import type { CategoryView, TaxonomyReads, TaxonomyStore } from './taxonomy/ports.ts';

export interface CatalogueStore {
  /** Lets imports take turns: two at once would both see a new product as new. */
  lockImports(): Promise<void>;
  categories(): Promise<StoredCategory[]>;
  /** Inserts or updates, each in its next version. All at once: the tree has to be one afterwards, not in between. */
  saveCategories(categories: readonly PlacedCategory[]): Promise<void>;
  attributes(): Promise<StoredAttribute[]>;
  /** Inserts or updates, by their codes, each in its next version. */
  saveAttributes(attributes: readonly Attribute[]): Promise<void>;
  /**
   * Those of the products that exist, with their variants, locked. In order of the ids, so that nobody waits for each other. Holds
   * the taxonomy first, as `saveProducts` does: nobody changes it until the transaction ends.
   */
  lockProducts(ids: readonly ProductId[]): Promise<ReadonlyMap<ProductId, StoredProduct>>;
  /** Of which product it is a variant: always of the same. */
  productOf(variant: VariantId): Promise<ProductId | undefined>;
  /** Whose skus these are, by sku; archived variants keep theirs. */
  skuOwners(skus: readonly string[]): Promise<ReadonlyMap<string, VariantId>>;
  /** Inserts or updates products and variants, each in its next version; a new variant gets its empty stock level. */
  saveProducts(products: readonly Product[]): Promise<void>;
  /** Of each category itself and those above it, the top first. */
  pathsTo(categories: readonly CategoryId[]): Promise<ReadonlyMap<CategoryId, readonly CategoryId[]>>;
  /** What others were last told of each product, in the present version of the message. */
  lastAnnounced(products: readonly ProductId[]): Promise<ReadonlyMap<ProductId, DataOf<typeof ProductChanged>>>;
  /** Products around which something changed: `refreshProducts` brings up to date what follows from it. */
  readonly toRefresh: {
    /** All products of these categories and of those below them. */
    addBelow(categories: readonly CategoryId[]): Promise<void>;
    add(products: readonly ProductId[]): Promise<void>;
    /** Takes the oldest from the queue, each once; those that another process is at are passed over. */
    take(limit: number): Promise<ProductId[]>;
  };
}

/** What has slugs; each kind has names of its own. */
export type SlugKind = 'PRODUCT' | 'CATEGORY' | 'COLLECTION';

export interface SlugStore {
  /**
   * Whose slugs these are or were, by slug: nothing else can have them. A look, not a lock: what takes one in the same moment is
   * stopped by the database, as `NameTaken`.
   */
  owners(kind: SlugKind, slugs: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/**
 * A slug or sku was taken between the look at it and the write, which is rolled back. Who looks again sees whose it is:
 * `catalogueChange` does.
 */
export class NameTaken extends Error {}

/** Writes, all in one transaction. */
export interface Stores extends CommonStores {
  readonly catalogue: CatalogueStore;
  readonly slugs: SlugStore;
  readonly search: SearchStore;
  readonly imports: ImportStore;
  readonly searchRules: SearchRuleStore;
  readonly schedule: ScheduleStore;
  readonly taxonomy: TaxonomyStore;
  readonly stock: StockStore;
  readonly locations: LocationStore;
  readonly reservations: ReservationStore;
  readonly media: MediaStore;
  readonly uploads: UploadStore;
  readonly files: FileRecords;
  readonly availability: AvailabilityStore;
  readonly alerts: StockAlertStore;
  readonly guests: MergedGuests;
}

export interface ProductView extends Omit<StoredProduct, 'variants'> {
  /** In the shop's language: what lists are ordered by. */
  readonly title: string;
  /** When it was published for the first time. */
  readonly publishedAt: Date | null;
  /** When it will be, if that is scheduled. */
  readonly publishAt: Date | null;
}
export interface VariantView extends Variant {
  readonly productId: ProductId;
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

/** The published products of a collection. */
export interface CollectionPage {
  readonly collection: CollectionId;
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
  archivedVariantsOf(products: readonly ProductId[]): Promise<VariantView[]>;
  /** Of those of the slugs that were replaced: whose they were. */
  formerOwners(
    slugs: readonly { readonly kind: SlugKind; readonly slug: string }[],
  ): Promise<{ readonly kind: SlugKind; readonly slug: string; readonly ownerId: string }[]>;
  attributes(codes: readonly string[]): Promise<StoredAttribute[]>;
  categories(ids: readonly CategoryId[]): Promise<CategoryView[]>;
  /** In the order in which the shop shows them; `null` is the parent of the top. */
  categoriesBelow(parents: readonly (CategoryId | null)[]): Promise<CategoryView[]>;
  /** For each page its products in order of title, and one more than the limit when there is one. */
  pages(pages: readonly ProductListPage[]): Promise<ProductView[][]>;
  counts(lists: readonly ProductList[]): Promise<number[]>;
  /** For each page its products in order of title, and one more than the limit when there is one. */
  collectionPages(pages: readonly CollectionPage[]): Promise<ProductView[][]>;
  collectionCounts(ids: readonly CollectionId[]): Promise<ReadonlyMap<CollectionId, number>>;
}

export type Reads = CatalogueReads &
  TaxonomyReads &
  StockReads &
  AvailabilityReads &
  MediaReads &
  SearchReads &
  SearchRuleReads &
  ScheduleReads;

export interface Deps {
  readonly shop: ShopSettings;
  readonly media: MediaTools;
  readonly newId: typeof newId;
  readonly transaction: Transaction<Stores>;
  readonly receive: Receive<Stores>;
  readonly reads: Reads;
  /** For customers, whose pages may be a moment old; the same as `reads` when absent. */
  readonly browsingReads?: Reads;
}
