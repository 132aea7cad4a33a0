import { describe, expect, it } from 'vitest';
import { money } from '#contracts/money.ts';
import { guest } from '#contracts/viewer.ts';
import { aProduct, aVariant } from '#kit/product/builders.ts';
import { somebody } from '#kit/user/viewers.ts';
import { Product, statusToList } from './product.ts';
import { mergedProduct, productChanged, sellableState } from './product-changes.ts';
import { line, Slug, slugOf } from './texts.ts';

const size = (...codes: string[]) => ({
  code: 'size',
  name: { en: 'Size', ko: '사이즈' },
  values: codes.map((code) => ({ code, name: { en: code.toUpperCase() } })),
});
const text = { title: 'Lamp', description: '' };

describe('a product', () => {
  it('is sound as it is built here', () => {
    expect(Product.safeParse(aProduct()).success).toBe(true);
  });

  it.each([
    ['an empty title', { title: ' ' }],
    ['a line break in the title', { title: 'a\nb' }],
    ['a NUL in the description', { texts: { en: { ...text, description: 'a\0b' } } }],
    ['no language', { texts: {} }],
    ['a slug with capitals', { slug: 'Lamp' }],
    ['a negative price', { variants: [aVariant('A', { prices: { EUR: -1 } })] }],
    ['half a won', { variants: [aVariant('A', { prices: { KRW: 0.5 } })] }],
    ['a currency of no shop', { variants: [aVariant('A', { prices: { XXX: 1 } as object })] }],
    ['a sku with blanks', { variants: [aVariant('A B')] }],
    ['a sku twice', { variants: [aVariant('A'), aVariant('A')] }],
    ['an option twice', { options: [size('s'), size('m')], variants: [] }],
    ['a variant without its option', { options: [size('s')], variants: [aVariant('A')] }],
    ['a variant with another option', { options: [], variants: [aVariant('A', { options: { size: 's' } })] }],
    [
      'a variant of a value that there is not',
      { options: [size('s')], variants: [aVariant('A', { options: { size: 'm' } })] },
    ],
    [
      'two variants of the same options',
      { options: [size('s')], variants: ['A', 'B'].map((sku) => aVariant(sku, { options: { size: 's' } })) },
    ],
  ])('with %s is refused', (_, fields) => {
    expect(Product.safeParse(aProduct('lamp', fields)).success).toBe(false);
  });

  it('may have the options of a variant that is not for sale any more', () => {
    const variants = ['A', 'B'].map((sku) => aVariant(sku, { options: { size: 's' }, isArchived: sku === 'A' }));
    expect(Product.safeParse(aProduct('lamp', { options: [size('s', 'm')], variants })).success).toBe(true);
  });

  it.each([
    ['lamp-200', true],
    ['등산-램프', true],
    ['naïve', true],
    ['naïve'.normalize('NFD'), false],
    ['Lamp', false],
    ['a--b', false],
    ['-a', false],
    ['a/b', false],
    ['a b', false],
    ['', false],
  ])('has the slug %j: %s', (slug, isOne) => {
    expect(Slug.safeParse(slug).success).toBe(isOne);
  });
});

describe('the slug of a title', () => {
  it.each([
    ['The Lamp 200', 'the-lamp-200'],
    ['  Käse & Brot, 2½ kg! ', 'käse-brot-2-kg'],
    ['등산 램프', '등산-램프'],
    ["The Cook's Knife", 'the-cooks-knife'],
    ['İstanbul', 'istanbul'],
    ['\u202eمصباح\u202c', 'مصباح'],
    ['word '.repeat(40), 'word-'.repeat(19).slice(0, -1)],
    ['x'.repeat(200), 'x'.repeat(96)],
    ['!?', undefined],
  ])('%j is %j', (title, slug) => {
    expect(slugOf(title)).toBe(slug);
  });
});

describe('writing a product again', () => {
  it('changes nothing when it is the same', () => {
    expect(mergedProduct({ ...aProduct(), version: 3 }, aProduct())).toBeUndefined();
    expect(mergedProduct(undefined, aProduct())).toEqual(aProduct());
  });

  it('keeps the variants that are not named', () => {
    const stored = { ...aProduct('lamp', { variants: [aVariant('A'), aVariant('B')] }), version: 1 };
    const after = mergedProduct(stored, aProduct('lamp', { variants: [aVariant('B', { price: money(5, 'EUR') })] }));
    expect(after?.variants.map(({ sku, prices }) => `${sku} ${prices.EUR}`)).toEqual(['B 5', 'A 1000']);
  });

  it('is published with everything that can be sold', () => {
    const standing = { categoryIds: [aProduct().categoryId], collectionIds: [] };
    expect(productChanged(sellableState(aProduct(), standing))).toMatchObject({
      type: 'product.changed',
      version: 2,
      aggregate: { type: 'product', id: aProduct().id },
      data: {
        slug: 'lamp',
        titles: { en: 'The lamp' },
        status: 'PUBLISHED',
        ...standing,
        variants: [{ sku: 'LAMP-1', prices: [{ amount: 1_000, currency: 'EUR' }] }],
      },
    });
    const archived = aProduct('lamp', { variants: [aVariant('A', { isArchived: true })] });
    expect(sellableState(archived, standing).variants).toEqual([]);
  });
});

describe('the status to list', () => {
  it('is PUBLISHED unless staff ask for another', () => {
    expect(statusToList(guest, undefined)).toBe('PUBLISHED');
    expect(statusToList(somebody('STAFF'), null)).toBe('PUBLISHED');
    expect(statusToList(somebody('ADMIN'), 'DRAFT')).toBe('DRAFT');
    expect(() => statusToList(somebody(), 'DRAFT')).toThrow('Only staff');
    expect(() => statusToList(guest, 'ARCHIVED')).toThrow('Only staff');
  });
});

describe('a line of the catalogue', () => {
  it.each([
    ['  Trail   Lamp ', 'Trail Lamp'],
    ['카페', '카페'],
  ])('is trimmed, with single spaces, in NFC: %j', (typed, text) => {
    expect(line(20).parse(typed)).toBe(text);
  });

  it.each([
    ['', 'is empty'],
    [' \u3000', 'is empty'],
    ['two\nlines', 'is no line of visible text'],
    ['\u202eturned around', 'is no line of visible text'],
    ['\u200b', 'is no line of visible text'],
    ['x'.repeat(21), 'is longer than 20 characters'],
  ])('is not %j', (typed, fault) => {
    expect(
      line(20)
        .safeParse(typed)
        .error?.issues.map(({ message }) => message),
    ).toEqual([fault]);
  });
});
