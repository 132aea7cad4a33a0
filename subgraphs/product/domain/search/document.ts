/** What the index holds of a product on sale: one document for all languages, because people mix them ("MSR 텐트"). */
import type { CategoryId, ProductId } from '#contracts/ids.ts';
import { inLanguage, type Language, type Localized, languages } from '#contracts/language.ts';
import { type Currency, currencies } from '#contracts/money.ts';
import { type Attribute, type AttributeValue, shownValue } from '../catalogue/attribute.ts';
import type { Product } from '../catalogue/product.ts';
import { everywhere } from '../catalogue/texts.ts';
import { facetKey, numberBuckets, priceBuckets } from './filters.ts';
import { bigramsOf, fold, isHangul, lexemeOf, spelling, wordsOf } from './text.ts';
import { lexeme } from './tsquery.ts';

/**
 * Raise it with every change of what follows, or of text.ts: the worker then indexes every product anew, a batch at a time
 * (usecases/search/reindex.ts), while the old documents go on serving.
 */
export const pipelineVersion = 3;

export interface NamedCategory {
  readonly id: CategoryId;
  readonly names: Localized;
}

/** A product, and what stands around it. */
export interface Indexed {
  readonly product: Product;
  /** Its own category last. */
  readonly categories: readonly NamedCategory[];
  readonly collections: readonly { readonly id: string; readonly names: Localized }[];
  readonly isInStock: boolean;
}

/** As ts_rank weighs them: title; brand and category; other properties; description. */
type Weight = 'A' | 'B' | 'C' | 'D';

export interface SearchDocument {
  readonly productId: ProductId;
  /** A tsvector, written out. */
  readonly terms: string;
  readonly facets: readonly string[];
  readonly lowestPrices: Readonly<Partial<Record<Currency, number>>>;
  /** By code of a filterable attribute, for ranges. */
  readonly numbers: Readonly<Record<string, number>>;
  /** By language: what it is sorted by. */
  readonly titleKeys: Readonly<Record<Language, string>>;
  /** How many words its shortest title has: a title that says nothing else answers a query best. */
  readonly titleLength: number;
}

/** A word of the catalogue, for prefixes and misspellings. */
export interface IndexedWord {
  readonly lexeme: string;
  /** As it is written in the catalogue. */
  readonly shown: string;
  readonly spelling: string;
}

/** What a filter's value is called. */
export interface FacetLabel {
  readonly key: string;
  readonly label: Localized;
  readonly facetLabel: Localized;
}

/** Marks of lexemes that are no words: none of them is a letter. */
export const bigramMark = '~';
export const titleMark = '=';

/** What a word is found by: itself, or in Korean any part of it. */
const lexemesOf = (word: string, isTitle: boolean): string[] => {
  if (!isHangul(word)) return [lexemeOf(word)];
  // A query of one syllable ("컵") would find half of all descriptions, so only titles answer it.
  const parts = [...bigramsOf(word), ...(isTitle ? word : [])];
  return [word, ...parts.map((part) => bigramMark + part)];
};

/** Where two Korean words of a title meet: people leave out the space ("트레일램프"). */
const seamsOf = (words: readonly string[]): string[] =>
  words.slice(1).flatMap((word, at) => {
    const before = words[at] ?? '';
    return isHangul(before) && isHangul(word)
      ? [bigramMark + [...before].slice(-1).join('') + [...word].slice(0, 1).join('')]
      : [];
  });

// 4,000 words: far above the longest description; what is behind them is not found.
const mostWords = 4_000;
// A tsvector's lexeme has at most 2 kB; longer than 64 characters is no word.
const longestWord = 64;

const indexable = (text: string): string[] =>
  wordsOf(text)
    .filter((word) => word.length <= longestWord)
    .slice(0, mostWords);

const inEachLanguage = (texts: Localized): string[] => [...new Set(Object.values(texts))];

const valueTexts = (attribute: Attribute | undefined, value: AttributeValue): string[] => {
  if (typeof value === 'object') return inEachLanguage(value);
  if (typeof value === 'number') return [`${value}${attribute?.unit ?? ''}`];
  if (typeof value === 'boolean') return value && attribute ? inEachLanguage(attribute.name) : [];
  const choice = attribute?.choices.find(({ code }) => code === value);
  return choice ? inEachLanguage(choice.name) : [];
};

const onSale = ({ variants }: Product) => variants.filter(({ isArchived }) => !isArchived);

/** The values of its options in which it can be bought. */
const offeredOptions = (product: Product) =>
  product.options.map((option) => ({
    option,
    values: option.values.filter(({ code }) => onSale(product).some(({ options }) => options[option.code] === code)),
  }));

/** Its texts, by what a word in them weighs. */
const weighedTexts = (
  { product, categories, collections }: Indexed,
  attributes: ReadonlyMap<string, Attribute>,
): Record<Weight, readonly string[]> => ({
  A: Object.values(product.texts).map(({ title }) => title),
  B: [
    ...(product.brand === null ? [] : [product.brand]),
    ...categories.slice(-1).flatMap(({ names }) => inEachLanguage(names)),
  ],
  C: [
    ...categories.slice(0, -1).flatMap(({ names }) => inEachLanguage(names)),
    ...collections.flatMap(({ names }) => inEachLanguage(names)),
    ...Object.entries(product.attributes).flatMap(([code, value]) => valueTexts(attributes.get(code), value)),
    ...offeredOptions(product).flatMap(({ values }) => values.flatMap(({ name }) => inEachLanguage(name))),
  ],
  D: Object.values(product.texts).map(({ description }) => description),
});

const facetNames = {
  category: { en: 'Category', ko: '카테고리' },
  collection: { en: 'Collection', ko: '컬렉션' },
  brand: { en: 'Brand', ko: '브랜드' },
  stock: { en: 'Availability', ko: '재고' },
  inStock: { en: 'In stock', ko: '재고 있음' },
} as const satisfies Record<string, Localized>;

/** What it can be filtered by, with what the filters are called. */
export const facetLabels = (indexed: Indexed, attributes: ReadonlyMap<string, Attribute>): FacetLabel[] => {
  const { product, categories, collections, isInStock } = indexed;
  return [
    ...categories.map(({ id, names }) => ({
      key: facetKey.category(id),
      label: names,
      facetLabel: facetNames.category,
    })),
    ...collections.map(({ id, names }) => ({
      key: facetKey.collection(id),
      label: names,
      facetLabel: facetNames.collection,
    })),
    ...(product.brand === null
      ? []
      : [{ key: facetKey.brand(product.brand), label: everywhere(product.brand), facetLabel: facetNames.brand }]),
    ...Object.entries(product.attributes).flatMap(([code, value]) => {
      const attribute = attributes.get(code);
      if (!attribute?.isFilterable) return [];
      const [text] = typeof value === 'object' ? Object.values(value) : [value];
      if (text === undefined) return [];
      return {
        key: facetKey.attribute(code, text),
        label: shownValue(attribute, value),
        facetLabel: attribute.name,
      };
    }),
    ...offeredOptions(product).flatMap(({ option, values }) =>
      values.map(({ code, name }) => ({
        key: facetKey.option(option.code, code),
        label: name,
        facetLabel: option.name,
      })),
    ),
    ...(isInStock ? [{ key: facetKey.inStock, label: facetNames.inStock, facetLabel: facetNames.stock }] : []),
  ];
};

const lowestPrices = (product: Product): Partial<Record<Currency, number>> =>
  Object.fromEntries(
    currencies.flatMap((currency) => {
      const amounts = onSale(product).flatMap(({ prices }) => prices[currency] ?? []);
      return amounts.length > 0 ? [[currency, Math.min(...amounts)]] : [];
    }),
  );

const filterableNumbers = (product: Product, attributes: ReadonlyMap<string, Attribute>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(product.attributes).flatMap(([code, value]) =>
      typeof value === 'number' && attributes.get(code)?.isFilterable ? [[code, value]] : [],
    ),
  );

/**
 * `'tent':1A,2B`: a word's position says nothing here, but PostgreSQL keeps a weight only with one. What has none weighs as a
 * description does, and most words are in the description alone.
 */
const written = (weights: ReadonlyMap<string, ReadonlySet<Weight>>, keys: readonly string[]): string =>
  [
    ...[...weights].map(([text, of]) => {
      const weighed = [...of].filter((weight) => weight !== 'D').map((weight, at) => `${at + 1}${weight}`);
      return weighed.length > 0 ? `${lexeme(text)}:${weighed}` : lexeme(text);
    }),
    ...keys.map(lexeme),
  ].join(' ');

/** The document of a product, and the words in it that the index may not know yet. */
export const documentOf = (
  indexed: Indexed,
  attributes: ReadonlyMap<string, Attribute>,
): { readonly document: SearchDocument; readonly words: readonly IndexedWord[] } => {
  const { product } = indexed;
  const weights = new Map<string, Set<Weight>>();
  const words = new Map<string, IndexedWord>();
  const add = (found: string, weight: Weight) => {
    weights.set(found, (weights.get(found) ?? new Set()).add(weight));
    if (weight === 'A') weights.set(titleMark + found, new Set());
  };
  for (const [weight, texts] of Object.entries(weighedTexts(indexed, attributes)) as [Weight, readonly string[]][])
    for (const inText of texts.map(indexable)) {
      for (const word of new Set(inText)) {
        const lexemes = lexemesOf(word, weight === 'A');
        const [own = word] = lexemes;
        if (!words.has(own)) words.set(own, { lexeme: own, shown: word, spelling: spelling(own) });
        for (const found of lexemes) add(found, weight);
      }
      if (weight !== 'D') for (const seam of seamsOf(inText)) add(seam, weight);
    }
  const titles = Object.values(product.texts).map(({ title }) => title);
  const facets = [...new Set(facetLabels(indexed, attributes).map(({ key }) => key))];
  const prices = lowestPrices(product);
  const numbers = filterableNumbers(product, attributes);
  return {
    document: {
      productId: product.id,
      terms: written(weights, [...facets, ...priceBuckets(prices), ...numberBuckets(numbers)]),
      facets,
      lowestPrices: prices,
      numbers,
      titleKeys: Object.fromEntries(
        languages.map((language) => [language, fold(inLanguage(product.texts, language, language).title)]),
      ) as Record<Language, string>,
      titleLength: Math.min(...titles.map((title) => wordsOf(title).length)),
    },
    words: [...words.values()],
  };
};
