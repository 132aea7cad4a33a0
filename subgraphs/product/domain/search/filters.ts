/** What a search is narrowed down by. A filter is one text ("brand:MSR"), so that it fits into an address and is sent back as it came. */
import type { CategoryId } from '#contracts/ids.ts';
import { type Currency, currencies } from '#contracts/money.ts';
import { CallerFault } from '#contracts/result.ts';

// 8 facets: what one screen of filters shows open.
const mostFacets = 8;
// 30: every value of a long list ticked by hand.
const mostFilters = 30;
const longestFilter = 200;

/** Both ends included; lowest prices of products in minor units, or numbers of an attribute. */
export interface Range {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface Filters {
  /** By facet, the keys of which a product has to have one; `attribute.weight:1..2` is also each number from 1 to 2. */
  readonly facets: ReadonlyMap<string, readonly string[]>;
  readonly price: Range | undefined;
}

/** The keys under which a document is found; `facet:value`, like the filters. */
export const facetKey = {
  category: (id: CategoryId): string => `category:${id}`,
  collection: (id: string): string => `collection:${id}`,
  brand: (brand: string): string => `brand:${brand}`,
  attribute: (code: string, value: string | number | boolean): string => `attribute.${code}:${value}`,
  option: (code: string, value: string): string => `option.${code}:${value}`,
  inStock: 'stock:in',
};

export const facetOf = (key: string): string => key.slice(0, key.indexOf(':'));

const facetForm = /^(?:category|collection|brand|stock|attribute\.[^:\s]+|option\.[^:\s]+)$/;
const priceForm = /^(\d{1,9})?-(\d{1,9})?$/;
// Two dots: a hyphen may be a minus.
const number = String.raw`-?\d{1,15}(?:\.\d{1,15})?`;
const numberForm = new RegExp(`^${number}$`);
const attributeForm = /^attribute\.(?<code>[^:\s]+):(?<value>.*)$/s;
const rangeForm = new RegExp(String.raw`^attribute\.([^:\s]+):(${number})?\.\.(${number})?$`);

const invalid = (filter: string): CallerFault =>
  new CallerFault('BAD_USER_INPUT', `${JSON.stringify(filter.slice(0, longestFilter))} is not a filter.`);

const priceRange = (filter: string, value: string): Range => {
  const [, low, high] = priceForm.exec(value) ?? [];
  if (low === undefined && high === undefined) throw invalid(filter);
  const [min, max] = [low, high].map((end) => (end === undefined ? undefined : Number(end)));
  return { min, max };
};

/** What `attribute.weight:1..2` asks for, with either end left out for no bound; undefined for a key that is no range. */
export const numberRangeIn = (key: string): ({ readonly code: string } & Range) | undefined => {
  const [, code, low, high] = rangeForm.exec(key) ?? [];
  if (code === undefined || (low === undefined && high === undefined)) return undefined;
  return { code, min: low === undefined ? undefined : Number(low), max: high === undefined ? undefined : Number(high) };
};

/** A filter that can only be meant for a number: `3.0` is looked for as `3`. */
export const isWrittenAsNumber = (key: string): boolean => {
  const value = attributeForm.exec(key)?.groups?.value;
  return value !== undefined && (value.includes('..') || numberForm.test(value));
};

/** A filter of an attribute that is a number, as documents have it. `BAD_USER_INPUT` for a range that is none, such as `1..b`. */
export const numberFilter = (key: string): string => {
  const { code = '', value = '' } = attributeForm.exec(key)?.groups ?? {};
  if (numberForm.test(value)) return facetKey.attribute(code, Number(value));
  if (value.includes('..') && !numberRangeIn(key)) throw invalid(key);
  return key;
};

/** The code of the attribute that a key is of. */
export const attributeIn = (key: string): string | undefined => attributeForm.exec(key)?.groups?.code;

/**
 * Filters of one facet are alternatives, filters of different ones apply together. `BAD_USER_INPUT` for what is no filter;
 * one that nothing has, such as an unknown attribute, finds nothing.
 */
export const parseFilters = (given: readonly string[]): Filters => {
  if (given.length > mostFilters)
    throw new CallerFault('BAD_USER_INPUT', `"filters" takes at most ${mostFilters} filters.`);
  const facets = new Map<string, string[]>();
  let price: Range | undefined;
  // In one order, whatever the client's: a cursor goes with the filters.
  for (const filter of [...new Set(given)].sort()) {
    const separator = filter.indexOf(':');
    const [facet, value] = [filter.slice(0, separator), filter.slice(separator + 1)];
    if (separator < 1 || !value || filter.length > longestFilter || !filter.isWellFormed() || filter.includes('\0'))
      throw invalid(filter);
    if (facet === 'price') {
      if (price) throw new CallerFault('BAD_USER_INPUT', 'Give one price range at most.');
      price = priceRange(filter, value);
    } else if (facetForm.test(facet)) facets.set(facet, [...(facets.get(facet) ?? []), filter]);
    else throw invalid(filter);
  }
  if (facets.size > mostFacets)
    throw new CallerFault('BAD_USER_INPUT', `"filters" takes filters of at most ${mostFacets} facets.`);
  return { facets, price };
};

/** Prices that differ by less than about 40 % share a bucket: what an index can look up, where a range is compared one by one. */
const bucketOf = (amount: number): number => Math.floor(2 * Math.log2(amount + 1));

const bucketKey = (currency: Currency, bucket: number): string => `price.${currency}:${bucket}`;

export const priceBuckets = (lowest: Readonly<Partial<Record<Currency, number>>>): string[] =>
  currencies.flatMap((currency) => {
    const amount = lowest[currency];
    return amount === undefined ? [] : [bucketKey(currency, bucketOf(amount))];
  });

// EUR 10,000,000.00: above what a price may be.
const highest = 1_000_000_000;

/** The buckets that a range touches; what is in the outermost ones still has to be compared. */
export const bucketsOf = (currency: Currency, { min = 0, max = highest }: Range): string[] => {
  const [first, last] = [bucketOf(min), bucketOf(Math.min(max, highest))];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => bucketKey(currency, first + index));
};

// 100: numbers beyond 10 trillion share the outermost bucket.
const outermost = 100;

/** As those of prices; of either sign, and fine enough for hundredths. */
const numberBucketOf = (value: number): number =>
  Math.sign(value) * Math.min(outermost, Math.floor(2 * Math.log2(Math.abs(value) * 100 + 1)));

const numberBucketKey = (code: string, bucket: number): string => `number.${code}:${bucket}`;

export const numberBuckets = (numbers: Readonly<Record<string, number>>): string[] =>
  Object.entries(numbers).map(([code, value]) => numberBucketKey(code, numberBucketOf(value)));

/** The buckets that a range touches. */
export const numberBucketsOf = (code: string, { min, max }: Range): string[] => {
  const first = min === undefined ? -outermost : numberBucketOf(min);
  const last = max === undefined ? outermost : numberBucketOf(max);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => numberBucketKey(code, first + index));
};
