/** What shoppers ask of the catalogue, in kinds whose cost may grow differently with it. */
import { brandAt, modelOf, shelves } from './goods.ts';
import { commonest, mistyped, random, vocabularyOf, wordAt, zipf } from './words.ts';

export interface Question {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Kind {
  readonly name: string;
  /** Counts over the whole catalogue: may grow with it. */
  readonly countsEverything?: boolean;
  /** The nth question: never the same twice in a row. */
  readonly ask: (n: number) => Question;
}

const card = `id slug title(language: $language) brand variants { id sku price(currency: EUR) { amount currency } }`;

const searchFor = `query Search($query: String, $filters: [String!], $sort: SearchSort, $language: Language, $first: Int) {
  search(query: $query, filters: $filters, sort: $sort, language: $language, first: $first) {
    totalCount totalCountIsExact pageInfo { hasNextPage endCursor } edges { cursor node { ${card} } } } }`;

const facetsOf = `query Facets($query: String, $filters: [String!], $language: Language) {
  search(query: $query, filters: $filters, language: $language, first: 1) {
    totalCount facets { code label values { label count isSelected input } } } }`;

const suggestions = `query Suggest($prefix: String!, $language: Language) {
  suggest(prefix: $prefix, language: $language, first: 8) {
    kind text filter product { id slug } category { id name(language: $language) } } }`;

const listing = `query Listing($category: String, $after: String, $language: Language) {
  products(category: $category, first: 20, after: $after) { pageInfo { hasNextPage endCursor } edges { cursor node { ${card} } } } }`;

const productPage = `query Product($slug: String!, $language: Language) {
  product(slug: $slug) {
    id slug title(language: $language) description(language: $language) brand
    attributes { name(language: $language) value(language: $language) }
    category { id name(language: $language) }
    variants { id sku title(language: $language) availability price(currency: EUR) { amount currency } } } }`;

const search = (query: string | null, more: Readonly<Record<string, unknown>> = {}): Question => ({
  document: searchFor,
  variables: { query, language: 'EN', first: 20, ...more },
});

/** For a shop of so many products. */
export const kindsFor = (products: number): readonly Kind[] => {
  const size = vocabularyOf(products);
  const next = random(products);
  const word = () => wordAt('en', 20 + zipf(size - 20, next));
  const some = (n: number) => Math.floor(random(n)() * products);
  const shelf = (n: number) => shelves[(n * 7) % shelves.length]?.slug ?? '';
  // As deep as people go until a list is manageable: a page or two match the filters in a shop of any size.
  const depth = products < 10_000 ? 1 : products < 100_000 ? 2 : 3;
  const manageable = (n: number) => shelf(n).split('-').slice(0, depth).join('-');
  return [
    { name: 'search: the ten commonest words', ask: (n) => search(commonest.en[n % 10] ?? '') },
    { name: 'search: two of them', ask: (n) => search(`${commonest.en[n % 10]} ${commonest.en[(n * 3 + 1) % 10]}`) },
    { name: 'search: two-letter prefixes', ask: () => search(word().slice(0, 2)) },
    { name: 'search: misspellings', ask: () => search(`${mistyped(word())} ${mistyped(word())}`) },
    {
      name: 'search: Korean',
      ask: (n) => search(n % 2 ? (commonest.ko[n % 10] ?? '') : wordAt('ko', zipf(size, next)), { language: 'KO' }),
    },
    { name: 'search: brand and word', ask: (n) => search(`${brandAt(n % 50)} ${word()}`) },
    { name: 'search: rare words', ask: (n) => search(modelOf(some(n))) },
    {
      name: 'suggestions',
      ask: (n) => ({
        document: suggestions,
        variables: {
          prefix: n % 4 ? word().slice(0, 2 + (n % 3)) : (commonest.ko[n % 10] ?? '').slice(0, 1),
          language: n % 4 ? 'EN' : 'KO',
        },
      }),
    },
    {
      name: 'filtered listing by price',
      ask: (n) =>
        search(null, {
          filters: [`category:${manageable(n)}`, 'attribute.material:wool', `price:${1_000 + (n % 5) * 500}-20000`],
          sort: n % 2 ? 'PRICE_ASCENDING' : 'PRICE_DESCENDING',
        }),
    },
    {
      name: 'filtered listing by a number',
      ask: (n) =>
        search(null, { filters: [`category:${manageable(n)}`, `attribute.volume:${(n % 5) * 8}..${(n % 5) * 8 + 4}`] }),
    },
    {
      name: 'filtered listing, newest',
      ask: (n) => search(null, { filters: [`category:d${n % 8}`, 'stock:in'], sort: 'NEWEST' }),
    },
    {
      name: 'facets of a search',
      ask: (n) => ({
        document: facetsOf,
        variables: { query: commonest.en[n % 10], filters: [`category:d${n % 8}`], language: 'EN' },
      }),
    },
    {
      name: 'facets of everything',
      countsEverything: true,
      ask: (n) => ({
        document: facetsOf,
        variables: { query: null, filters: n % 2 ? [] : ['stock:in'], language: 'EN' },
      }),
    },
    {
      name: 'category by title',
      ask: (n) => ({ document: listing, variables: { category: n % 3 ? shelf(n) : `d${n % 8}`, language: 'EN' } }),
    },
    { name: 'all products by title', ask: () => ({ document: listing, variables: { language: 'EN' } }) },
    {
      name: 'product page',
      ask: (n) => ({ document: productPage, variables: { slug: `bench-${some(n)}`, language: n % 2 ? 'EN' : 'KO' } }),
    },
  ];
};
