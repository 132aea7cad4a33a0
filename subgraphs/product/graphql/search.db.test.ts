import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { asking } from '#kit/graphql/ask.ts';
import { aCatalogue, aCategory, aProduct, aVariant, categoryOf } from '#kit/product/builders.ts';
import { below } from '#kit/product/graph.ts';
import { aShop } from '#kit/product/shop.ts';
import { requestContext } from '#platform/graphql/context.ts';
import type { Attribute } from '../domain/catalogue/attribute.ts';
import { schema } from '../wiring.ts';
import { loaders } from './loaders.ts';

const attribute = (code: string, fields: Partial<Attribute>): Attribute => ({
  ...{ id: namedId('Attribute', code), code, name: { en: code }, unit: null, choices: [], position: 0 },
  ...{ kind: 'CHOICE', isFilterable: true },
  ...fields,
});
const choice = (code: string, ko: string) => ({ code, name: { en: code, ko } });
const attributes = [
  attribute('colour', { name: { en: 'Colour', ko: '색상' }, choices: [choice('red', '빨강'), choice('blue', '파랑')] }),
  attribute('capacity', { name: { en: 'Capacity' }, kind: 'NUMBER', unit: 'l' }),
  attribute('note', { kind: 'TEXT', isFilterable: false }),
];
const tree = [
  aCategory('outdoor'),
  below('tents', 'outdoor'),
  below('packs', 'outdoor', 1),
  aCategory('kitchen', { position: 1 }),
];

const goods = (slug: string, en: string, ko: string, category: string, eur: number, fields: object = {}) =>
  aProduct(slug, {
    texts: { en: { title: en, description: 'Made to last.' }, ko: { title: ko, description: '오래 씁니다.' } },
    categoryId: categoryOf(category),
    variants: [aVariant(`${slug.toUpperCase()}-1`, { prices: { EUR: eur, KRW: eur * 15 } })],
    ...fields,
  });
const products = [
  goods('dome', 'Dome Tent', '돔 텐트', 'tents', 20_000, { brand: 'MSR', attributes: { colour: 'red' } }),
  goods('tunnel', 'Tunnel Tent', '터널 텐트', 'tents', 30_000, { brand: 'Fjäll', attributes: { colour: 'blue' } }),
  goods('ridge', 'Ridge Tent', '능선 텐트', 'tents', 10_000, { brand: 'MSR', attributes: { colour: 'blue' } }),
  goods('pack', 'Day Pack', '데이 팩', 'packs', 8_000, { brand: 'MSR', attributes: { capacity: 22, colour: 'red' } }),
  goods('pan', 'Sauté Pan', '소테 팬', 'kitchen', 5_000, {
    variants: [
      aVariant('PAN-1', { prices: { KRW: 45_000 } }),
      aVariant('PAN-OLD', { isArchived: true, prices: { EUR: 1 } }),
    ],
  }),
  goods('secret', 'Secret Tent', '비밀 텐트', 'tents', 1, { status: 'DRAFT' }),
];

const aSearchableShop = async () => {
  const shop = await aShop(aCatalogue(products, { 'DOME-1': 3, 'PAN-1': 1, 'PACK-1': 2 }, tree, attributes));
  await shop.commands.countWords();
  const ask = asking(schema(), requestContext(shop.app, loaders));
  const search = async (
    args: Record<string, unknown>,
    selection = 'edges { node { slug } } totalCount totalCountIsExact',
  ) => {
    const { data, codes } = await ask(
      guest,
      `query Q($query: String, $filters: [String!], $sort: SearchSort, $language: Language, $currency: Currency,
               $first: Int, $after: String, $last: Int, $before: String) {
         search(query: $query, filters: $filters, sort: $sort, language: $language, currency: $currency,
                first: $first, after: $after, last: $last, before: $before) { ${selection} } }`,
      args,
    );
    return codes ? { codes } : data.search;
  };
  const slugs = async (args: Record<string, unknown>): Promise<string[]> => {
    const answer = await search(args);
    return answer.codes ?? answer.edges.map(({ node }: { node: { slug: string } }) => node.slug);
  };
  return { ...shop, ask, search, slugs };
};

const shop = await aSearchableShop();
const { search, slugs } = shop;

describe('a query', () => {
  it.each([
    ['tent', ['dome', 'ridge', 'tunnel']],
    ['TENTS', ['dome', 'ridge', 'tunnel']],
    ['tnet', ['dome', 'ridge', 'tunnel']],
    ['텐트', ['dome', 'ridge', 'tunnel']],
    ['텐드', ['dome', 'ridge', 'tunnel']],
    ['돔텐트', ['dome']],
    ['MSR 텐트', ['dome', 'ridge']],
    ['fjall', ['tunnel']],
    ['saute', ['pan']],
    ['tunn', ['tunnel']],
    ['PACK-1', ['pack']],
    ['pan-1', ['pan']],
    ['22 l', ['pack']],
    ['빨강', ['dome', 'pack']],
    ['secret', []],
    ['qwxzvbn', []],
    // No product has both words: those that have one.
    ['tent | pack', ['dome', 'pack', 'ridge', 'tunnel']],
    ["tent' & !dome:* \\", ['dome']],
    ['&|!:*()<->', []],
    ['👍', []],
    ['ent\u0000', []],
    ['\ud800', []],
  ])('%j finds %j', async (query, expected) => {
    expect((await slugs({ query })).sort()).toEqual(expected);
  });

  it('of more than 200 characters is refused', async () => {
    expect(await slugs({ query: 'x'.repeat(10_000) })).toEqual(['BAD_USER_INPUT']);
    expect(await slugs({ query: 'a '.repeat(100) })).toEqual([]);
  });
});

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

describe('sorting', () => {
  it.each([
    ['PRICE_ASCENDING', ['pack', 'ridge', 'dome', 'tunnel', 'pan']],
    ['PRICE_DESCENDING', ['tunnel', 'dome', 'ridge', 'pack', 'pan']],
    ['TITLE', ['pack', 'dome', 'ridge', 'pan', 'tunnel']],
  ])('by %s, those without a price last', async (sort, expected) => {
    expect(await slugs({ sort })).toEqual(expected);
  });

  it('by title goes by the language that is asked for', async () => {
    expect(await slugs({ sort: 'TITLE', language: 'KO' })).toEqual(['ridge', 'pack', 'dome', 'pan', 'tunnel']);
  });
});

describe('pages', () => {
  const page = 'edges { cursor node { slug } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  const read = async (args: Record<string, unknown>) => {
    const { edges, pageInfo, codes } = await search(args, page);
    return { slugs: edges?.map(({ node }: { node: { slug: string } }) => node.slug), pageInfo, codes };
  };

  it.each(['RELEVANCE', 'BEST_SELLING', 'NEWEST', 'PRICE_ASCENDING', 'PRICE_DESCENDING', 'TITLE'])(
    'by %s reach everything once, forwards and backwards',
    async (sort) => {
      for (const query of ['', 'made to last']) {
        const all = (await read({ query, sort, first: 100 })).slugs;
        expect(all).toHaveLength(5);
        const forwards: string[] = [];
        for (let after: string | null = null, more = true; more; ) {
          const { slugs, pageInfo } = await read({ query, sort, first: 2, after });
          forwards.push(...slugs);
          ({ endCursor: after, hasNextPage: more } = pageInfo);
        }
        expect(forwards).toEqual(all);
        const backwards: string[] = [];
        for (let before: string | null = null, more = true; more; ) {
          const { slugs, pageInfo } = await read({ query, sort, last: 2, before });
          backwards.unshift(...slugs);
          ({ startCursor: before, hasPreviousPage: more } = pageInfo);
        }
        expect(backwards).toEqual(all);
      }
    },
  );

  it('go with their query, filters and order alone', async () => {
    const { pageInfo } = await read({ query: 'tent', first: 1 });
    const after = pageInfo.endCursor;
    expect((await read({ query: 'tent', first: 1, after })).slugs).toHaveLength(1);
    for (const other of [{ query: 'pack' }, { query: 'tent', sort: 'TITLE' }, { query: 'tent', filters: ['stock:in'] }])
      expect((await read({ ...other, after })).codes).toEqual(['BAD_USER_INPUT']);
    const forged = (parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const [fingerprint] = JSON.parse(Buffer.from(after, 'base64url').toString());
    for (const cursor of [
      'x',
      forged([fingerprint, '99999999999999', namedId('Product', 'dome')]),
      forged([fingerprint, '1; DROP', namedId('Product', 'dome')]),
      forged([fingerprint, '1', 'dome']),
    ])
      expect((await read({ query: 'tent', after: cursor })).codes).toEqual(['BAD_USER_INPUT']);
  });

  it.each([
    { first: 1, last: 1 },
    { first: 1, before: 'x' },
    { last: 1, after: 'x' },
    { last: 0 },
    { last: 101 },
    { first: 0 },
  ])('of %j are refused', async (args) => {
    expect((await read(args)).codes).toEqual(['BAD_USER_INPUT']);
  });

  it('go on where they were when a product is taken from sale in between', async () => {
    const first = await read({ query: 'tent', sort: 'PRICE_ASCENDING', first: 1 });
    expect(first.slugs).toEqual(['ridge']);
    const change = (status: 'DRAFT' | 'PUBLISHED') =>
      shop.commands.importCatalogue(aCatalogue([{ ...goodsOf('ridge'), status }], {}, tree, attributes));
    await change('DRAFT');
    const { slugs } = await read({ query: 'tent', sort: 'PRICE_ASCENDING', first: 5, after: first.pageInfo.endCursor });
    expect(slugs).toEqual(['dome', 'tunnel']);
    expect((await read({ query: 'tent' })).slugs.sort()).toEqual(['dome', 'tunnel']);
    await change('PUBLISHED');
  });
});

const goodsOf = (slug: string) => {
  const found = products.find((product) => product.slug === slug);
  if (!found) throw new Error(`no ${slug}`);
  return found;
};

it('takes the same few statements for a page of any size', async () => {
  const count = async (args: Record<string, unknown>) =>
    (
      await shop.statementsOf(() =>
        search(args, 'edges { node { slug title } } totalCount facets { code values { label count } }'),
      )
    ).length;
  // Words, candidates with facets, products.
  expect(await count({ query: 'tent', first: 1 })).toBe(3);
  expect(await count({ query: 'tent', first: 100, sort: 'TITLE', filters: ['brand:MSR'] })).toBe(3);
  expect(await count({ filters: ['brand:MSR'], first: 100 })).toBe(2);
});

describe('suggestions', () => {
  const suggest = async (prefix: string, language = 'EN') => {
    const { data, codes } = await shop.ask(
      guest,
      `query S($prefix: String!, $language: Language) {
         suggest(prefix: $prefix, language: $language) { kind text filter category { slug } product { slug } } }`,
      { prefix, language },
    );
    type Line = { kind: string; text: string; filter: string | null };
    return (
      codes ?? data.suggest.map(({ kind, text, filter }: Line) => [kind, text, ...(filter ? [filter] : [])].join(' '))
    );
  };

  it('are words, categories, brands and products', async () => {
    const product = expect.stringMatching(/^PRODUCT (?:Dome|Ridge|Tunnel) Tent$/);
    expect(await suggest('te')).toEqual([
      'QUERY tent',
      `CATEGORY tents category:${categoryOf('tents')}`,
      ...[product, product, product],
    ]);
    expect(await suggest('ms')).toContain('BRAND MSR brand:MSR');
    expect(await suggest('텐', 'KO')).toContain('QUERY 텐트');
  });

  it('name no brand whose products have left the shop', async () => {
    const soloist = aProduct('soloist', { brand: "Zelda's \\\\ Own", categoryId: categoryOf('tents') });
    await shop.commands.importCatalogue(aCatalogue([soloist], {}, []));
    expect((await suggest('zelda')).join()).toContain("BRAND Zelda's");
    await shop.commands.importCatalogue(aCatalogue([{ ...soloist, status: 'DRAFT' }], {}, []));
    expect((await suggest('zelda')).join()).not.toContain('BRAND');
  });

  it('show what is meant by several words, and by words with errors', async () => {
    expect(await suggest('dome te')).toEqual(['PRODUCT Dome Tent']);
    expect(await suggest('tunel')).toEqual(['PRODUCT Tunnel Tent']);
  });

  it.each(['', ' ', '!', 'qwxzvbn', "' | te:*"])('of %j are none of somebody else’s', async (prefix) => {
    expect((await suggest(prefix)).every((line: string) => /tent/i.test(line))).toBe(true);
  });

  it('of more than 200 characters are refused', async () => {
    expect(await suggest('x'.repeat(201))).toEqual(['BAD_USER_INPUT']);
  });
});
