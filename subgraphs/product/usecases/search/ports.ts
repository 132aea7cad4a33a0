/** What search needs from outside. Another engine would stand behind `SearchReads` and `SearchStore` (ADR 44). */
import type { CategoryId, ProductId } from '#contracts/ids.ts';
import type { Language, Localized } from '#contracts/language.ts';
import type { Currency } from '#contracts/money.ts';
import type { FacetLabel, IndexedWord, SearchDocument } from '../../domain/search/document.ts';
import type { Filters } from '../../domain/search/filters.ts';
import type { SearchPin, StoredSynonyms, SynonymsId } from '../../domain/search/rules.ts';

const searchSorts = ['RELEVANCE', 'BEST_SELLING', 'NEWEST', 'PRICE_ASCENDING', 'PRICE_DESCENDING', 'TITLE'] as const;
export type SearchSort = (typeof searchSorts)[number];

/** Where a product stands in an order: what it is sorted by, and its id. */
export type SearchKey = readonly [value: string, productId: string];

export interface SearchRequest {
  /** As it was typed. */
  readonly query: string;
  readonly filters: Filters;
  readonly sort: SearchSort;
  readonly language: Language;
  readonly currency: Currency;
  readonly page: SearchPage;
  readonly withFacets: boolean;
  /** Only a few of the best are wanted: it need not look at as many, nor count them. */
  readonly isGlance?: boolean;
}

export interface SearchPage {
  readonly limit: number;
  /** The products beyond this one, in the order of the list or, with `isBackward`, against it. */
  readonly from: SearchKey | undefined;
  readonly isBackward: boolean;
}

export interface SearchHit {
  readonly productId: ProductId;
  readonly key: SearchKey;
}

export interface FacetCount {
  readonly key: string;
  readonly label: Localized;
  readonly facetLabel: Localized;
  readonly count: number;
}

/** Of an attribute that is a number: the lowest and the highest of what is found or, where that was not all counted, of all there are. */
export interface FacetRange {
  /** The facet's code. */
  readonly facet: string;
  readonly min: number;
  readonly max: number;
}

export interface SearchResult {
  /** In the direction of the page, and one more than its limit when there is one. */
  readonly hits: readonly SearchHit[];
  readonly total: number;
  /** Whether everything was counted; otherwise there are at least `total`. */
  readonly isExact: boolean;
  /** Those of a facet that is filtered by are counted as if it were not. */
  readonly facets: readonly FacetCount[];
  /** Of those, the facets whose values that are not chosen were not all counted, although everything found may have been. */
  readonly sampledFacets: readonly string[];
  readonly ranges: readonly FacetRange[];
}

export interface CompletionRequest {
  /** The beginning of a word, folded. */
  readonly word: string;
  /** All that was typed, folded: categories and brands are called more than one word. */
  readonly text: string;
  readonly limit: number;
}

export interface Completions {
  /** Words of titles, as the catalogue writes them, the most frequent first. */
  readonly words: readonly string[];
  /** Categories and brands: their keys. */
  readonly facets: readonly { readonly key: string; readonly label: Localized }[];
}

/** What sales say of a document. */
export interface SearchRank {
  readonly productId: ProductId;
  readonly unitsSold: number;
  readonly tier: number;
}

export interface SearchReads {
  /** At most six statements, whatever is found. */
  search(request: SearchRequest): Promise<SearchResult>;
  /** What somebody who has typed this much may be about to type. One statement. */
  completions(request: CompletionRequest): Promise<Completions>;
  /** The ids of the categories with these slugs. */
  categoriesBySlug(slugs: readonly string[]): Promise<ReadonlyMap<string, CategoryId>>;
}

/** The index, in the transaction of the products that it is about. */
export interface SearchStore {
  /** What the categories are called. */
  categoryNames(ids: readonly CategoryId[]): Promise<ReadonlyMap<CategoryId, Localized>>;
  /** Those of the products that have units to sell, or need none. */
  inStock(products: readonly ProductId[]): Promise<ReadonlySet<ProductId>>;
  /** Replaces the documents of the products, which the caller has locked: one that is not given has none from now on. */
  save(
    products: readonly ProductId[],
    given: {
      readonly documents: readonly SearchDocument[];
      readonly words: readonly IndexedWord[];
      readonly labels: readonly FacetLabel[];
    },
  ): Promise<void>;
  /** Queues products whose documents an older pipeline made, unless products are queued already; at most so many. */
  queueOutdated(limit: number): Promise<void>;
  /** Documents that sales since then rank otherwise than is written in them; at most so many. */
  changedRanks(since: Date, limit: number): Promise<SearchRank[]>;
  saveRanks(ranks: readonly SearchRank[]): Promise<void>;
  /** Adds up changes of the counts of words, the oldest first and at most so many; whether there were any. One process at a time. */
  addUpWords(mostChanges: number): Promise<boolean>;
}

/** What staff say about queries, in a transaction. */
export interface SearchRuleStore {
  /** The ids of all sets of synonyms; who asks next waits until this transaction has ended. */
  lockSynonyms(): Promise<ReadonlySet<SynonymsId>>;
  saveSynonyms(synonyms: StoredSynonyms, keys: readonly string[]): Promise<void>;
  /** Whether it was there. */
  removeSynonyms(id: SynonymsId): Promise<boolean>;
  /** How many of these products exist. */
  countProducts(ids: readonly ProductId[]): Promise<number>;
  savePin(key: string, pin: SearchPin): Promise<void>;
}

/** Each gives one more than the limit when there is one. */
export interface SearchRuleReads {
  synonyms(page: { readonly limit: number; readonly after: SynonymsId | undefined }): Promise<StoredSynonyms[]>;
  pins(page: {
    readonly limit: number;
    readonly after: string | undefined;
  }): Promise<(SearchPin & { readonly key: string })[]>;
}
