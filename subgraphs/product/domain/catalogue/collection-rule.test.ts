import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { aProduct, aVariant, categoryOf } from '#kit/product/builders.ts';
import type { Attribute } from './attribute.ts';
import { type Condition, matches, Rule, ruleFaults } from './collection-rule.ts';

const product = aProduct('lamp', {
  brand: 'Funkel',
  attributes: { weight: 240, material: 'steel', waterproof: true, origin: { en: 'Spain', ko: '스페인' } },
  variants: [
    aVariant('A', { prices: { EUR: 2_000, KRW: 29_000 } }),
    aVariant('B', { prices: { EUR: 500 }, isArchived: true }),
  ],
});
const candidate = { product, categoryIds: [categoryOf('outdoor'), categoryOf('lighting')] };

const meets: [string, Condition, boolean][] = [
  ['its own category', { by: 'CATEGORY', categoryId: categoryOf('lighting') }, true],
  ['a category above it', { by: 'CATEGORY', categoryId: categoryOf('outdoor') }, true],
  ['another category', { by: 'CATEGORY', categoryId: categoryOf('tents') }, false],
  ['its brand', { by: 'BRAND', brands: ['Korbmacher', 'Funkel'] }, true],
  ['another brand', { by: 'BRAND', brands: ['Korbmacher'] }, false],
  ['its choice', { by: 'ATTRIBUTE', code: 'material', values: ['wood', 'steel'] }, true],
  ['another choice', { by: 'ATTRIBUTE', code: 'material', values: ['wood'] }, false],
  ['its text in one language', { by: 'ATTRIBUTE', code: 'origin', values: ['스페인'] }, true],
  ['another text', { by: 'ATTRIBUTE', code: 'origin', values: ['en'] }, false],
  ['yes', { by: 'ATTRIBUTE', code: 'waterproof', values: [true] }, true],
  ['no', { by: 'ATTRIBUTE', code: 'waterproof', values: [false] }, false],
  ['an attribute that it does not have', { by: 'ATTRIBUTE', code: 'capacity', values: [1] }, false],
  ['a range of an attribute that it does not have', { by: 'ATTRIBUTE_RANGE', code: 'capacity', min: 0 }, false],
  ['a range of what is no number', { by: 'ATTRIBUTE_RANGE', code: 'material', min: 0 }, false],
  ['both ends of a range', { by: 'ATTRIBUTE_RANGE', code: 'weight', min: 240, max: 240 }, true],
  ['less than a range', { by: 'ATTRIBUTE_RANGE', code: 'weight', min: 240.5 }, false],
  ['a price of a variant', { by: 'PRICE', currency: 'EUR', min: 2_000, max: 2_000 }, true],
  ['a price of what is not sold any more', { by: 'PRICE', currency: 'EUR', max: 500 }, false],
  ['a currency in which it is not sold', { by: 'PRICE', currency: 'USD', min: 0 }, false],
  ['a pick by hand', { by: 'PRODUCTS', productIds: [namedId('Product', 'lamp')] }, true],
  ['no pick by hand', { by: 'PRODUCTS', productIds: [namedId('Product', 'tent')] }, false],
];

describe('a rule', () => {
  it.each(meets)('knows whether a product meets %s', (_, condition, isMet) => {
    expect(matches({ match: 'ALL', conditions: [condition] }, candidate)).toBe(isMet);
  });

  it('is met by a product without brand, category or price only where it asks for none', () => {
    const bare = { product: aProduct('bare', { variants: [] }), categoryIds: [] };
    expect(meets.filter(([, condition]) => matches({ match: 'ALL', conditions: [condition] }, bare))).toEqual([]);
  });

  it('asks for all conditions or for any', () => {
    const [yes, , no] = meets.map(([, condition]) => condition) as [Condition, Condition, Condition];
    expect(matches({ match: 'ALL', conditions: [yes, no] }, candidate)).toBe(false);
    expect(matches({ match: 'ANY', conditions: [no, yes] }, candidate)).toBe(true);
    expect(matches({ match: 'ANY', conditions: [no, no] }, candidate)).toBe(false);
  });

  const brand: Condition = { by: 'BRAND', brands: ['Funkel'] };
  it.each([
    ['no condition', []],
    ['10,000 conditions', Array.from({ length: 10_000 }, () => brand)],
    ['a currency of no shop', [{ by: 'PRICE', currency: 'XXX' }]],
    ['half a cent', [{ by: 'PRICE', currency: 'EUR', min: 0.5 }]],
    ['no brand', [{ by: 'BRAND', brands: [] }]],
    ['501 products', [{ by: 'PRODUCTS', productIds: Array.from({ length: 501 }, () => product.id) }]],
  ])('of %s is none', (_, conditions) => {
    expect(Rule.safeParse({ match: 'ALL', conditions }).success).toBe(false);
  });
});

describe('what is wrong with a rule', () => {
  const attribute = (code: string, kind: Attribute['kind'], choices: string[] = []): [string, Attribute] => [
    code,
    {
      ...{
        id: namedId('Attribute', code),
        code,
        name: { en: code },
        kind,
        unit: null,
        isFilterable: true,
        position: 0,
      },
      choices: choices.map((choice) => ({ code: choice, name: { en: choice } })),
    },
  ];
  const known = {
    attributes: new Map([
      attribute('weight', 'NUMBER'),
      attribute('material', 'CHOICE', ['steel']),
      attribute('waterproof', 'BOOLEAN'),
      attribute('origin', 'TEXT'),
    ]),
    categories: new Set([categoryOf('lighting'), categoryOf('outdoor'), categoryOf('tents')]),
    products: new Set([namedId('Product', 'lamp')]),
  };

  it.each<[string, Condition, string | undefined]>([
    ['a category', { by: 'CATEGORY', categoryId: categoryOf('tents') }, undefined],
    ['an unknown category', { by: 'CATEGORY', categoryId: categoryOf('gone') }, 'names a category that does not exist'],
    ['an unknown attribute', { by: 'ATTRIBUTE', code: 'smell', values: ['x'] }, 'names the attribute smell'],
    ['a range of an unknown attribute', { by: 'ATTRIBUTE_RANGE', code: 'smell', min: 1 }, 'names the attribute smell'],
    [
      'a range of a choice',
      { by: 'ATTRIBUTE_RANGE', code: 'material', min: 1 },
      'gives a range of material, no number',
    ],
    ['an unknown choice', { by: 'ATTRIBUTE', code: 'material', values: ['steel', 'wood'] }, 'names wood'],
    ['a text for a number', { by: 'ATTRIBUTE', code: 'weight', values: ['240'] }, 'names 240'],
    ['a number for a text', { by: 'ATTRIBUTE', code: 'origin', values: [1] }, 'names 1'],
    ['a text for yes or no', { by: 'ATTRIBUTE', code: 'waterproof', values: ['yes'] }, 'names yes'],
    ['a range without an end', { by: 'ATTRIBUTE_RANGE', code: 'weight' }, 'gives a range without an end'],
    ['a range the wrong way round', { by: 'ATTRIBUTE_RANGE', code: 'weight', min: 2, max: 1 }, 'that nothing is in'],
    ['prices the wrong way round', { by: 'PRICE', currency: 'EUR', min: 2, max: 1 }, 'that nothing is in'],
    ['a price', { by: 'PRICE', currency: 'EUR', min: 1, max: 1 }, undefined],
    ['an unknown product', { by: 'PRODUCTS', productIds: [namedId('Product', 'gone')] }, 'names the product prd_'],
  ])('of %s is said, and where', (_, condition, message) => {
    const faults = ruleFaults({ match: 'ALL', conditions: [{ by: 'BRAND', brands: ['Funkel'] }, condition] }, known);
    expect(faults).toEqual(
      message === undefined ? [] : [{ path: 'rule.conditions.1', message: expect.stringContaining(message) }],
    );
  });
});
