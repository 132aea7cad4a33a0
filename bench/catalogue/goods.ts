/** A large shop's catalogue, generated: product n is the same in every run, and about the same in a shop of any size. */
import { namedId } from '#contracts/ids.ts';
import type { Attribute } from '#subgraphs/product/domain/catalogue/attribute.ts';
import type { Category } from '#subgraphs/product/domain/catalogue/category.ts';
import type { Product, Variant } from '#subgraphs/product/domain/catalogue/product.ts';
import { pick, random, textOf, vocabularyOf, wordAt, zipf } from './words.ts';

// 4 on average: from 1 (a book) to 7 (sizes of a shirt).
export const variantsPerProduct = 4;
const [departments, aislesOfEach, shelvesOfEach] = [8, 6, 5];
const brands = 400;

const named = (code: string, en: string, ko: string) => ({ code, name: { en, ko } });
const materials = [
  named('wood', 'Wood', '목재'),
  named('wool', 'Wool', '울'),
  named('glass', 'Glass', '유리'),
  named('nylon', 'Nylon', '나일론'),
  named('leather', 'Leather', '가죽'),
  named('ceramic', 'Ceramic', '도자기'),
];
const colours = [
  named('red', 'Red', '빨강'),
  named('blue', 'Blue', '파랑'),
  named('green', 'Green', '초록'),
  named('white', 'White', '흰색'),
  named('grey', 'Grey', '회색'),
  named('sand', 'Sand', '샌드'),
  named('navy', 'Navy', '남색'),
];

const attribute = (code: string, kind: Attribute['kind'], name: Attribute['name'], more: Partial<Attribute> = {}) => ({
  ...{ id: namedId('Attribute', code), code, kind, name, unit: null, choices: [], isFilterable: true, position: 0 },
  ...more,
});

export const attributes: readonly Attribute[] = [
  attribute('material', 'CHOICE', { en: 'Material', ko: '소재' }, { choices: materials }),
  attribute('washable', 'BOOLEAN', { en: 'Washable', ko: '세탁 가능' }),
  attribute('volume', 'NUMBER', { en: 'Volume', ko: '용량' }, { unit: 'l' }),
  attribute('origin', 'TEXT', { en: 'Origin', ko: '원산지' }, { isFilterable: false }),
];

const category = (slug: string, parentId: Category['parentId'], position: number, word: number): Category => ({
  id: namedId('Category', slug),
  slug,
  texts: { en: { name: `${wordAt('en', word)} goods` }, ko: { name: `${wordAt('ko', word)} 상품` } },
  parentId,
  position,
});

const numbersTo = (length: number) => Array.from({ length }, (_, n) => n);

/** Three levels, parents first. */
export const categories: readonly Category[] = numbersTo(departments).flatMap((d) => [
  category(`d${d}`, null, d, d),
  ...numbersTo(aislesOfEach).flatMap((a) => [
    category(`d${d}-a${a}`, namedId('Category', `d${d}`), a, 10 + d * 10 + a),
    ...numbersTo(shelvesOfEach).map((s) =>
      category(`d${d}-a${a}-s${s}`, namedId('Category', `d${d}-a${a}`), s, 100 + d * 100 + a * 10 + s),
    ),
  ]),
]);
export const shelves = categories.filter(({ slug }) => slug.split('-').length === 3);

export const brandAt = (n: number): string => {
  const word = wordAt('en', 5_000 + n);
  return word.charAt(0).toUpperCase() + word.slice(1);
};

/** What no other product is called: for queries for one thing. */
export const modelOf = (n: number): string => `${wordAt('en', 1_000_000 + Math.floor(n / 3))}`;

const variantOf = (n: number, at: number, euros: number): Variant => ({
  id: namedId('Variant', `B${n}-${at}`),
  sku: `B${n}-${at}`,
  title: { en: colours[at]?.name.en ?? '', ko: colours[at]?.name.ko ?? '' },
  options: { colour: colours[at]?.code ?? '' },
  prices: {
    EUR: euros * 100 - 1,
    USD: Math.round(euros * 108),
    GBP: Math.round(euros * 86),
    KRW: euros * 1_450,
  },
  weightGrams: 100 + (n % 50) * 40,
  requiresShipping: true,
  stockPolicy: 'TRACKED',
  lowStockThreshold: null,
  isArchived: false,
});

export interface Goods {
  readonly product: Product;
  /** On hand, of each of its variants. */
  readonly units: readonly number[];
}

/** Product number n of a shop that has so many. */
export const goodsAt = (n: number, products: number): Goods => {
  const next = random(n + 1);
  const size = vocabularyOf(products);
  const count = 1 + Math.floor(next() * (2 * variantsPerProduct - 1));
  // Most cost little, some very much.
  const euros = Math.round(5 * Math.exp(next() * 5));
  const brand = brandAt(zipf(brands, next));
  const title = (language: 'en' | 'ko') => `${brand} ${textOf(language, 3, size, next)} ${modelOf(n)}`.slice(0, 200);
  const product: Product = {
    id: namedId('Product', `bench-${n}`),
    slug: `bench-${n}`,
    texts: {
      en: { title: title('en'), description: textOf('en', 40, size, next) },
      ko: { title: title('ko'), description: textOf('ko', 30, size, next) },
    },
    brand,
    // 1 in 50 is not on sale.
    status: n % 50 === 49 ? 'DRAFT' : 'PUBLISHED',
    categoryId: (shelves[zipf(shelves.length, next)] ?? pick(shelves, next)).id,
    taxClass: n % 10 === 0 ? 'REDUCED' : 'STANDARD',
    attributes: {
      material: pick(materials, next).code,
      washable: next() < 0.3,
      volume: 1 + Math.floor(next() * 40),
      origin: { en: pick(['Korea', 'Germany', 'Portugal', 'Vietnam'], next) },
    },
    options: [{ code: 'colour', name: { en: 'Colour', ko: '색상' }, values: colours.slice(0, count) }],
    variants: numbersTo(count).map((at) => variantOf(n, at, euros + at)),
  };
  return { product, units: numbersTo(count).map(() => (next() < 0.15 ? 0 : 1 + Math.floor(next() * 200))) };
};
