import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { aCatalogue, aProduct, aVariant, categoryOf } from '#kit/product/builders.ts';
import { aSearchableShop, attributes, products, tree } from '#kit/product/searchable-shop.ts';
import { byStaff, keep } from '#kit/product/taxonomy.ts';
import type { Product } from '../domain/catalogue/product.ts';
import { numberBuckets } from '../domain/search/filters.ts';
import { lexeme } from '../domain/search/tsquery.ts';

const shop = await aSearchableShop();
const { search, slugs } = shop;

const facetsOf = async (args: Record<string, unknown>) => {
  const { facets } = await search(args, 'facets { code label values { label count isSelected input } }');
  type Value = { label: string; count: number; isSelected: boolean; input: string };
  return Object.fromEntries(
    facets.map(({ code, values }: { code: string; values: Value[] }) => [
      code,
      values.map(({ label, count, isSelected }) => `${label} ${count}${isSelected ? ' *' : ''}`),
    ]),
  );
};

describe('filters', () => {
  it.each([
    [['category:tents'], ['dome', 'ridge', 'tunnel']],
    [['category:outdoor'], ['dome', 'pack', 'ridge', 'tunnel']],
    [[`category:${categoryOf('tents')}`], ['dome', 'ridge', 'tunnel']],
    [
      ['category:outdoor', 'category:kitchen'],
      ['dome', 'pack', 'pan', 'ridge', 'tunnel'],
    ],
    [['brand:MSR', 'attribute.colour:blue'], ['ridge']],
    [['stock:in'], ['dome', 'pack', 'pan']],
    [['price:10000-20000'], ['dome', 'ridge']],
    [['price:-8000'], ['pack']],
    [['price:30001-'], []],
    [['price:20000-10000'], []],
    [
      ['category:tents', 'category:nowhere'],
      ['dome', 'ridge', 'tunnel'],
    ],
    [['attribute.unknown:thing'], []],
    [["brand:x' | y"], []],
    [['price:5-1', 'brand:MSR'], []],
  ])('%j leave %j', async (filters, expected) => {
    expect((await slugs({ filters })).sort()).toEqual(expected);
  });

  it('name a category by a slug that it had before', async () => {
    const rename = (slug: string) =>
      shop.commands.reviseCategory({ ...byStaff, ...keep, id: categoryOf('packs'), slug, texts: {} });
    await rename('backpacks');
    expect(await slugs({ filters: ['category:packs'] })).toEqual(['pack']);
    expect(await slugs({ filters: ['category:packs', 'category:backpacks', 'category:nowhere'] })).toEqual(['pack']);
    await rename('packs');
  });

  it('compare prices in the currency that is asked for', async () => {
    expect(await slugs({ filters: ['price:-50000'], currency: 'KRW' })).toEqual(['pan']);
    expect(await slugs({ filters: ['price:-50000'], currency: 'USD' })).toEqual([]);
  });

  it.each([
    [['nonsense']],
    [['price:-']],
    [['price:-1-5']],
    [['price:1-2', 'price:3-4']],
    [['brand:']],
    [['brand:\u0000']],
    [['tier:0']],
    [[`brand:${'x'.repeat(300)}`]],
    [Array.from({ length: 31 }, (_, n) => `brand:${n}`)],
    [Array.from({ length: 9 }, (_, n) => `attribute.a${n}:1`)],
  ])('%j are refused', async (filters) => {
    expect(await slugs({ filters })).toEqual(['BAD_USER_INPUT']);
  });
});

describe('facets', () => {
  it('count what each value would leave', async () => {
    expect(await facetsOf({ query: 'tent', language: 'KO' })).toEqual({
      category: ['outdoor 3', 'tents 3'],
      brand: ['MSR 2', 'Fjäll 1'],
      stock: ['재고 있음 1'],
      'attribute.colour': ['파랑 2', '빨강 1'],
    });
  });

  it('respect the filters of other facets, and keep countable the values of their own', async () => {
    expect(await facetsOf({ query: 'tent', filters: ['brand:MSR', 'attribute.colour:blue'] })).toEqual({
      category: ['outdoor 1', 'tents 1'],
      brand: ['Fjäll 1', 'MSR 1 *'],
      'attribute.colour': ['blue 1 *', 'red 1'],
    });
  });

  it('show a value that is filtered by although nothing has it', async () => {
    expect(await facetsOf({ filters: ['brand:Nobody', 'price:-9000'] })).toMatchObject({
      brand: ['MSR 1', 'Nobody 0 *'],
    });
  });

  it('give filters that are sent back as they are', async () => {
    const { facets } = await search({ query: 'tent' }, 'facets { values { count input } }');
    for (const { values } of facets)
      for (const { count, input } of values)
        expect(await search({ query: 'tent', filters: [input] }, 'totalCount')).toEqual({ totalCount: count });
  });
});

const pot = (slug: string, volume?: number, more: Partial<Product> = {}) =>
  aProduct(slug, {
    ...{ categoryId: categoryOf('kitchen'), brand: 'Trangia', variants: [aVariant(`${slug.toUpperCase()}-1`)] },
    ...more,
    attributes: volume === undefined ? {} : { capacity: volume },
  });

describe('ranges of a number', () => {
  const pots = [
    pot('pot-0', 0),
    pot('pot-2', 2),
    pot('pot-2b', 2.5),
    pot('pot-10', 10),
    pot('pot-cold', -7.25),
    pot('pot'),
  ];
  const inBrand = (...filters: string[]) => slugs({ filters: ['brand:Trangia', ...filters], sort: 'TITLE', first: 50 });

  it('leave the numbers in them, both ends included', async () => {
    await shop.commands.importCatalogue(aCatalogue(pots, {}, tree, attributes));
    expect((await inBrand('attribute.capacity:2..2.5')).sort()).toEqual(['pot-2', 'pot-2b']);
    expect((await inBrand('attribute.capacity:2.1..')).sort()).toEqual(['pot-10', 'pot-2b']);
    expect((await inBrand('attribute.capacity:..0')).sort()).toEqual(['pot-0', 'pot-cold']);
    expect((await inBrand('attribute.capacity:-8..-7')).sort()).toEqual(['pot-cold']);
    expect((await inBrand('attribute.capacity:-7.25..0')).sort()).toEqual(['pot-0', 'pot-cold']);
    expect(await inBrand('attribute.capacity:9..3')).toEqual([]);
    // Alternatives of one facet, with a value and with each other.
    expect((await inBrand('attribute.capacity:9..20', 'attribute.capacity:2')).sort()).toEqual(['pot-10', 'pot-2']);
    expect((await slugs({ query: '22 l', filters: ['attribute.capacity:20..30'] })).sort()).toEqual(['pack']);
    // Past the candidates, in the order of an index.
    expect(await slugs({ filters: ['attribute.capacity:20..30'], sort: 'PRICE_ASCENDING' })).toEqual(['pack']);
  });

  it('are told by the facet, with and without such a filter', async () => {
    const capacity = async (...filters: string[]) => {
      const { facets } = await search(
        { filters: ['brand:Trangia', ...filters] },
        'facets { code range { min max } values { input count isSelected } }',
      );
      return facets.find(({ code }: { code: string }) => code === 'attribute.capacity');
    };
    expect(await capacity()).toMatchObject({ range: { min: '-7.25', max: '10' } });
    const asked = await capacity('attribute.capacity:1..3');
    expect(asked.range).toEqual({ min: '-7.25', max: '10' });
    expect(asked.values[0]).toEqual({ input: 'attribute.capacity:1..3', count: 2, isSelected: true });
    expect(asked.values).toHaveLength(6);
    expect(await facetsOf({ filters: ['brand:Trangia'] })).toMatchObject({
      'attribute.capacity': ['-7.25 l 1', '0 l 1', '2 l 1', '2.5 l 1', '10 l 1'],
    });
  });

  it.each([['attribute.colour:1..2'], ['attribute.colour:a..b'], ['attribute.none:1..'], ['attribute.none:..']])(
    '%j finds nothing',
    async (filter) => {
      expect(await slugs({ filters: [filter] })).toEqual([]);
    },
  );

  it.each(['..', 'a..b', 'NaN..5', '100l..400l', '1e2..4e2', '+100..400', '100...400'])(
    '%j is refused',
    async (range) => {
      expect(await slugs({ filters: [`attribute.capacity:${range}`] })).toEqual(['BAD_USER_INPUT']);
    },
  );

  it('are written as people write numbers', async () => {
    expect(await inBrand('attribute.capacity:2.0')).toEqual(['pot-2']);
    expect(await inBrand('attribute.capacity:02', 'attribute.capacity:2')).toEqual(['pot-2']);
    expect(await inBrand('attribute.capacity:2.50')).toEqual(['pot-2b']);
  });

  it('are called with their unit', async () => {
    const filters = ['1..3', '-8..-7', '9..', '..-7'].map((range) => `attribute.capacity:${range}`);
    const labels = (await facetsOf({ filters: ['brand:Trangia', ...filters] }))['attribute.capacity'] as string[];
    expect(labels.filter((label) => label.endsWith('*')).sort()).toEqual([
      ...['-8 – -7 l 1 *', '1 – 3 l 2 *', '≤ -7 l 1 *', '≥ 9 l 1 *'],
    ]);
  });
});

describe('more than can be counted', () => {
  const facet = async (code: string, ...filters: string[]) => {
    const { totalCount, totalCountIsExact, facets } = await search(
      { filters },
      'totalCount totalCountIsExact facets { code isExact range { min max } values { input count isSelected } }',
    );
    const found = facets.find((facet: { code: string }) => facet.code === code);
    const selected = found.values.filter(({ isSelected }: { isSelected: boolean }) => isSelected);
    return {
      ...{ totalCount, totalCountIsExact, isExact: found.isExact, range: found.range },
      selected: selected.map(({ input, count }: { input: string; count: number }) => `${input} ${count}`),
    };
  };

  it('is said, facet by facet: what is selected is exact, and no result is outside of a range', async () => {
    const capacity = { capacity: 5 };
    const terms = ['brand:Common', 'attribute.capacity:5', ...numberBuckets(capacity)].map(lexeme).join(' ');
    // All in the tier that is looked at first.
    await shop.prisma.$executeRaw`
      WITH copy AS (
        INSERT INTO product
        SELECT (jsonb_populate_record(product, jsonb_build_object('id', 'prd_' || md5(n::text), 'slug', 'copy-' || n))).*
          FROM product, generate_series(1, 1100) n WHERE slug = 'pot-2' RETURNING id, slug
      ), document AS (
        INSERT INTO search_document
        SELECT (jsonb_populate_record(document, jsonb_build_object(
                 'product_id', copy.id, 'tier', 0, 'terms', ${terms}::text, 'numbers', ${JSON.stringify(capacity)}::jsonb,
                 'facets', '{brand:Common,attribute.capacity:5}'))).*
          FROM search_document document, copy WHERE document.product_id = ${namedId('Product', 'pot-2')} RETURNING product_id
      )
      INSERT INTO search_number (product_id, code, value) SELECT product_id, 'capacity', 5 FROM document`;
    const whole = { min: '-7.25', max: '22' };
    expect(await facet('attribute.capacity')).toMatchObject({ totalCountIsExact: false, isExact: false, range: whole });
    expect(await facet('brand', 'brand:Trangia')).toMatchObject({
      ...{ totalCount: 6, totalCountIsExact: true, isExact: false },
      selected: ['brand:Trangia 6'],
    });
    // Narrowed down to few by another facet: counted, and its own range.
    expect(await facet('attribute.capacity', 'brand:Trangia')).toMatchObject({
      ...{ totalCount: 6, isExact: true, range: { min: '-7.25', max: '10' } },
    });
    expect(await facet('attribute.capacity', 'attribute.capacity:..0', 'attribute.capacity:10')).toEqual({
      ...{ totalCount: 3, totalCountIsExact: true, isExact: false, range: whole },
      selected: ['attribute.capacity:..0 2', 'attribute.capacity:10 1'],
    });
    expect(await facet('attribute.capacity', 'attribute.capacity:22')).toEqual({
      ...{ totalCount: 1, totalCountIsExact: true, isExact: false, range: whole },
      selected: ['attribute.capacity:22 1'],
    });
  });

  it('has the range of what is on sale, also after a change', async () => {
    await shop.commands.importCatalogue(
      aCatalogue([pot('pot-cold', -3), { ...pot('pot-10', 10) }], {}, tree, attributes),
    );
    await shop.commands.importCatalogue(
      aCatalogue([{ ...products[3], status: 'ARCHIVED' } as Product], {}, tree, attributes),
    );
    expect((await facet('attribute.capacity')).range).toEqual({ min: '-3', max: '10' });
    await shop.commands.importCatalogue(aCatalogue([pot('pot-cold')], {}, tree, attributes));
    expect((await facet('attribute.capacity')).range).toEqual({ min: '0', max: '10' });
  });
});
