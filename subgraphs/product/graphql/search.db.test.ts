import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { aCatalogue } from '#kit/product/builders.ts';
import { aSearchableShop, attributes, products, tree } from '#kit/product/searchable-shop.ts';

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
