import { beforeAll, describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { variantOf } from '#kit/product/builders.ts';
import { aBrowsableShop, type BrowsableShop, lamps } from '#kit/product/graph.ts';
import { somebody } from '#kit/user/viewers.ts';

let shop: BrowsableShop;
beforeAll(async () => {
  shop = await aBrowsableShop();
});
const ask: BrowsableShop['ask'] = (...question) => shop.ask(...question);

const customer = somebody();
const staff = somebody('STAFF');

const slugsIn = async (args: string, viewer: Viewer = guest): Promise<string[]> => {
  const { data } = await ask(viewer, `{ products(${args}) { edges { node { slug } } } }`);
  return data.products.edges.map(({ node }: { node: { slug: string } }) => node.slug);
};

describe('one product', () => {
  it('is found by its id or its slug, with all there is to it', async () => {
    const fields = `title description brand status attributes { name value } priceFrom { amount currency }
      category { name parent { slug } } variants { sku options { name value } price { amount } availability product { slug } }`;
    const expected = {
      title: 'Lamp 0',
      description: 'It does what it should.',
      brand: null,
      status: 'PUBLISHED',
      attributes: [{ name: 'Weight', value: '240 g' }],
      priceFrom: { amount: 1_000, currency: 'EUR' },
      category: { name: 'lighting', parent: { slug: 'camping' } },
      variants: [
        ['LAMP-0-A', 2_000, 'FEW_LEFT'],
        ['LAMP-0-B', 1_000, 'NONE'],
      ].map(([sku, amount, availability]) => ({
        ...{ sku, availability, price: { amount }, options: [{ name: 'Size', value: sku === 'LAMP-0-A' ? 'A' : 'B' }] },
        product: { slug: 'lamp-0' },
      })),
    };
    const answer = await ask(
      guest,
      `query ($id: ID!) { byId: product(id: $id) { ${fields} } bySlug: product(slug: "lamp-0") { ${fields} } }`,
      { id: namedId('Product', 'lamp-0') },
    );
    expect(answer).toEqual({ data: { byId: expected, bySlug: expected } });
  });

  it.each([
    'product',
    'product(id: "prd_1", slug: "lamp")',
    'product(id: null)',
    'variant',
    'variant(id: "x", sku: "Y")',
  ])('asked for as %s is BAD_USER_INPUT', async (field) => {
    expect((await ask(guest, `{ ${field} { id } }`)).codes).toEqual(['BAD_USER_INPUT']);
  });

  it.each(['', 'no-such', 'Not a slug', "'; DROP TABLE product; --", '\u0000', 'x'.repeat(10_000)])(
    'with the id, slug or sku %j is null',
    async (text) => {
      const query = `query ($id: ID!, $text: String!) {
        a: product(id: $id) { id } b: product(slug: $text) { id } c: variant(id: $id) { id } d: variant(sku: $text) { id } }`;
      expect(await ask(guest, query, { id: text, text })).toEqual({ data: { a: null, b: null, c: null, d: null } });
    },
  );

  it('without variants has no lowest price', async () => {
    expect(await ask(guest, '{ product(slug: "bare") { priceFrom { amount } variants { id } } }')).toEqual({
      data: { product: { priceFrom: null, variants: [] } },
    });
  });
});

describe('language and currency', () => {
  it("are arguments of the fields that depend on them, and the shop's own where nothing is given", async () => {
    const query = `{ product(slug: "lamp-0") { languages title ko: title(language: KO) en: title(language: EN)
      attributes { ko: name(language: KO) } options { ko: name(language: KO) values { ko: name(language: KO) } }
      priceFrom(currency: KRW) { amount currency } variants { won: price(currency: KRW) { amount currency }
      prices { currency } dollars: price(currency: USD) { amount } } category { ko: name(language: KO) } } }`;
    expect(await ask(guest, query)).toEqual({
      data: {
        product: {
          ...{ languages: ['EN', 'KO'], title: 'Lamp 0', ko: '램프 0', en: 'Lamp 0' },
          attributes: [{ ko: '무게' }],
          options: [{ ko: '사이즈', values: [{ ko: 'A' }, { ko: 'B' }] }],
          priceFrom: { amount: 29_000, currency: 'KRW' },
          variants: [
            {
              won: { amount: 29_000, currency: 'KRW' },
              prices: [{ currency: 'EUR' }, { currency: 'KRW' }],
              dollars: null,
            },
            { won: null, prices: [{ currency: 'EUR' }], dollars: null },
          ],
          category: { ko: 'lighting' },
        },
      },
    });
  });
});

describe('an unpublished product', () => {
  const query = `query ($r: [_Any!]!) {
    product(slug: "draft") { slug } variant(sku: "ARCHIVED-1") { sku }
    _entities(representations: $r) { ... on Product { slug } ... on ProductVariant { sku } } }`;
  const r = [
    { __typename: 'Product', slug: 'draft' },
    { __typename: 'Product', id: namedId('Product', 'archived') },
    { __typename: 'ProductVariant', id: variantOf('DRAFT-1') },
    { __typename: 'ProductVariant', sku: 'ARCHIVED-1' },
  ];

  it.each([
    ['a guest', guest],
    ['a customer', customer],
  ])('is not there for %s, neither by reference', async (_, viewer) => {
    const nothing = { product: null, variant: null, _entities: [null, null, null, null] };
    expect(await ask(viewer, query, { r })).toEqual({ data: nothing });
    expect(await ask(viewer, '{ products(status: DRAFT) { totalCount } }')).toMatchObject({ codes: ['FORBIDDEN'] });
    expect(await slugsIn('first: 100', viewer)).not.toContain('draft');
  });

  it.each([
    ['staff', staff],
    ['an administrator', somebody('ADMIN')],
  ])('is there for %s, and listed when asked for', async (_, viewer) => {
    expect(await ask(viewer, query, { r })).toEqual({
      data: {
        product: { slug: 'draft' },
        variant: { sku: 'ARCHIVED-1' },
        _entities: [{ slug: 'draft' }, { slug: 'archived' }, { sku: 'DRAFT-1' }, { sku: 'ARCHIVED-1' }],
      },
    });
    expect(await slugsIn('status: DRAFT', viewer)).toEqual(['draft']);
    expect(await slugsIn('first: 100', viewer)).not.toContain('draft');
  });
});

interface Answer {
  readonly products: {
    readonly totalCount: number;
    readonly edges: readonly {
      readonly cursor: string;
      readonly node: { readonly title: string; readonly id: string };
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string };
  };
}

describe('lists', () => {
  it('give every product once, page by page, in order of title', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const query = `query ($after: String) { products(category: "lighting", first: 3, after: $after) {
        totalCount edges { cursor node { title id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
      const { products }: Answer = (await ask(guest, query, { after })).data;
      expect(products.totalCount).toBe(7);
      expect(products.pageInfo.hasPreviousPage).toBe(seen.length > 0);
      expect(products.pageInfo.endCursor).toBe(products.edges.at(-1)?.cursor);
      for (const { node } of products.edges) seen.push(`${node.title} ${node.id}`);
      ({ hasNextPage: more, endCursor: after } = products.pageInfo);
    }
    expect(seen).toEqual(lamps.map(({ texts, id }) => `${texts.en?.title} ${id}`).sort());
  });

  it('of a category include those of its descendants', async () => {
    expect(await slugsIn('category: "outdoor", first: 100')).toHaveLength(9);
    expect(await slugsIn('category: "kitchen"')).toEqual(['kettle']);
    expect(await slugsIn('first: 100')).toHaveLength(10);
    expect(await slugsIn('category: "nowhere"')).toEqual([]);
  });

  it('take the cursor of their own list alone', async () => {
    const cursorOf = async (args: string) =>
      (await ask(guest, `{ products(${args}) { pageInfo { endCursor } } }`)).data.products.pageInfo.endCursor;
    const after = await cursorOf('category: "outdoor", first: 2');
    const list = (args: string) =>
      ask(guest, `{ products(${args}, first: 2, after: "${after}") { edges { cursor } } }`);
    expect((await list('category: "outdoor"')).data.products.edges).toHaveLength(2);
    for (const other of ['category: "lighting"', 'status: PUBLISHED'])
      expect((await list(other)).codes).toEqual(['BAD_USER_INPUT']);
  });

  const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  it.each([
    'first: 0',
    'first: -1',
    'first: 101',
    'after: "rubbish"',
    `after: "${cursor('one part')}"`,
    `after: "${cursor('a\0b', 'c', 'd')}"`,
    `after: "${cursor('\ud800', 'c', 'd')}"`,
    'category: "Not a slug"',
    'category: ""',
  ])('with %s are BAD_USER_INPUT', async (args) => {
    expect((await ask(guest, `{ products(${args}) { totalCount } }`)).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('the category tree', () => {
  it('has three levels, in the order of the shop', async () => {
    const query = '{ categories { slug parent { slug } children { slug children { slug children { slug } } } } }';
    expect(await ask(guest, query)).toEqual({
      data: {
        categories: [
          { slug: 'kitchen', parent: null, children: [] },
          {
            slug: 'outdoor',
            parent: null,
            children: [
              {
                slug: 'camping',
                children: [
                  { slug: 'lighting', children: [] },
                  { slug: 'tents', children: [] },
                ],
              },
            ],
          },
        ],
      },
    });
  });
});
