/** Categories, attributes and collections, as clients read and change them. */
import type { GraphQLUnionType } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { namedId, newId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { aCatalogue, aCategory, aCollection, aProduct, categoryOf } from '#kit/product/builders.ts';
import { aBrowsableShop, type BrowsableShop, below } from '#kit/product/graph.ts';
import { somebody } from '#kit/user/viewers.ts';
import type { Attribute } from '../domain/catalogue/attribute.ts';
import { schema } from '../wiring.ts';

const staff = somebody('STAFF');
const built = schema();
let shop: BrowsableShop;
const ask: BrowsableShop['ask'] = (...question) => shop.ask(...question);

const typed = (code: string, kind: Attribute['kind'], position: number): Attribute => ({
  ...{ id: namedId('Attribute', code), code, name: { en: code }, kind, unit: kind === 'NUMBER' ? 'l' : null, position },
  choices: kind === 'CHOICE' ? [{ code: 'steel', name: { en: 'Steel', ko: '강철' } }] : [],
  isFilterable: false,
});
const attributes = [
  typed('capacity', 'NUMBER', 1),
  typed('material', 'CHOICE', 2),
  typed('waterproof', 'BOOLEAN', 3),
  typed('origin', 'TEXT', 4),
];
const values = { capacity: 1.5, material: 'steel', waterproof: false, origin: { en: 'Korea', ko: '한국' } };

beforeAll(async () => {
  shop = await aBrowsableShop();
  const lighting = { by: 'CATEGORY', categoryId: categoryOf('lighting') } as const;
  await shop.commands.importCatalogue(
    aCatalogue([aProduct('bottle', { categoryId: categoryOf('kitchen'), attributes: values })], {}, [], attributes, [
      aCollection('bright', [lighting], { position: 1, texts: { en: { name: 'Bright' }, ko: { name: '밝은' } } }),
      aCollection('steel', [{ by: 'ATTRIBUTE', code: 'material', values: ['steel'] }]),
      aCollection('secret', [lighting], { position: 2, isPublished: false }),
    ]),
  );
  await shop.commands.refreshProducts();
});

/** Each failure of a mutation, whole. */
const failuresOf = (type: string): string =>
  (built.getType(`${type}Payload`) as GraphQLUnionType)
    .getTypes()
    .filter(({ name }) => name !== `${type}Success`)
    .map(({ name }) => name)
    .map((name) => `... on ${name} { ${name.startsWith('Invalid') ? 'faults { path }' : 'message'} }`)
    .join(' ');

/** The mutation's payload, or the code of its error. */
const mutate = async (name: string, input: object, success: string, viewer: Viewer = staff) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const query = `mutation ($input: ${type}Input!) { it: ${name}(input: $input) {
    __typename ${failuresOf(type)} ... on ${type}Success { ${success} } } }`;
  const { data, codes } = await ask(viewer, query, { input });
  return data?.it ?? codes?.[0];
};

describe('a category', () => {
  it('is found by id or slug, an old one too, with its path from the top', async () => {
    const fields = 'slug languages path { slug }';
    const query = `query ($id: ID!) { byId: category(id: $id) { ${fields} } bySlug: category(slug: "tents") { ${fields} } }`;
    const tents = { slug: 'tents', languages: ['EN'], path: ['outdoor', 'camping', 'tents'].map((slug) => ({ slug })) };
    expect((await ask(guest, query, { id: categoryOf('tents') })).data).toEqual({ byId: tents, bySlug: tents });
    await mutate('reviseCategory', { id: categoryOf('tents'), slug: '텐트' }, 'category { slug }');
    expect((await ask(guest, '{ category(slug: "tents") { slug } }')).data).toEqual({ category: { slug: '텐트' } });
    const list = 'first: 1) { totalCount edges { node { slug } } pageInfo { endCursor } }';
    const lists = (
      await ask(guest, `{ old: products(category: "tents", ${list} now: products(category: "텐트", ${list} }`)
    ).data;
    expect(lists.old.edges).toEqual(lists.now.edges);
    expect(lists.old).toMatchObject({ totalCount: lists.now.totalCount, edges: [expect.anything()] });
    const next = `{ products(category: "tents", after: "${lists.old.pageInfo.endCursor}") { edges { cursor } } }`;
    expect((await ask(guest, next)).codes).toBeUndefined();
    await mutate('reviseCategory', { id: categoryOf('tents'), slug: 'tents' }, 'category { slug }');
  });

  it.each(['slug: "nowhere"', 'slug: "No Slug"', 'id: "cat_1"', `id: "${newId('Category')}"`])(
    'that is not there (%s) is null',
    async (args) => {
      expect((await ask(guest, `{ category(${args}) { slug } }`)).data).toEqual({ category: null });
    },
  );

  it('that was removed since is null to whoever retries its creation', async () => {
    const create = `mutation ($input: CreateCategoryInput!) { it: createCategory(idempotencyKey: "lost", input: $input) {
      ... on CreateCategorySuccess { category { id } } } }`;
    const input = { slug: 'short-lived', texts: [{ language: 'EN', name: 'Short-lived' }] };
    const { data } = await ask(staff, create, { input });
    await mutate('removeCategory', { id: data?.it.category.id }, 'id');
    expect(await ask(staff, create, { input })).toMatchObject({ data: { it: { category: null } } });
  });

  it('is created, revised, moved and removed by staff', async () => {
    const texts = [
      { language: 'EN', name: 'Stoves', seoTitle: 'Buy stoves' },
      { language: 'KO', name: '버너' },
    ];
    const success = 'category { id slug version name seoTitle ko: name(language: KO) path { slug } }';
    const created = await mutate('createCategory', { slug: 'stoves', texts, parentId: categoryOf('outdoor') }, success);
    const { id } = created.category;
    expect(created.category).toEqual({
      ...{ id, slug: 'stoves', version: 1, name: 'Stoves', seoTitle: 'Buy stoves', ko: '버너' },
      path: [{ slug: 'outdoor' }, { slug: 'stoves' }],
    });
    const renamed = { id, texts: [{ language: 'EN', name: 'Cookers' }], expectedVersion: 1 };
    expect((await mutate('reviseCategory', renamed, success)).category).toMatchObject({
      ...{ name: 'Cookers', ko: '버너', version: 2 },
    });
    expect(await mutate('reviseCategory', renamed, success)).toMatchObject({ __typename: 'VersionConflict' });
    const moved = await mutate('moveCategory', { id, parentId: categoryOf('camping') }, success);
    expect(moved.category.path.map(({ slug }: { slug: string }) => slug)).toEqual(['outdoor', 'camping', 'stoves']);
    expect(await mutate('removeCategory', { id }, 'id')).toEqual({ __typename: 'RemoveCategorySuccess', id });
    expect(await mutate('removeCategory', { id }, 'id')).toBe('NOT_FOUND');
  });

  it('is refused with a reason that staff can act on', async () => {
    const texts = [{ language: 'EN', name: 'x' }];
    const created = (input: object) => mutate('createCategory', { slug: 'x', texts, ...input }, 'category { slug }');
    expect(await created({ slug: 'A b' })).toEqual({ __typename: 'InvalidCategory', faults: [{ path: 'slug' }] });
    expect(await created({ texts: [] })).toMatchObject({ __typename: 'InvalidCategory' });
    expect(await created({ slug: 'tents' })).toMatchObject({ __typename: 'SlugTaken' });
    expect(await created({ texts: [...texts, ...texts] })).toBe('BAD_USER_INPUT');
    expect(await created({ parentId: 'cat_1' })).toBe('NOT_FOUND');
    const move = { id: categoryOf('outdoor'), parentId: categoryOf('tents') };
    expect(await mutate('moveCategory', move, 'category { slug }')).toMatchObject({ __typename: 'CategoryCycle' });
    const remove = await mutate('removeCategory', { id: categoryOf('camping') }, 'id');
    expect(remove).toMatchObject({ __typename: 'CategoryNotEmpty' });
  });
});

describe('an attribute', () => {
  it('shows in the value of a product what it is, typed', async () => {
    const { data } = await ask(
      guest,
      `{ product(slug: "bottle") { attributes { code kind number unit boolean choice value ko: value(language: KO) } } }`,
    );
    const none = { number: null, unit: null, boolean: null, choice: null };
    expect(data.product.attributes).toEqual([
      { ...none, code: 'capacity', kind: 'NUMBER', number: '1.5', unit: 'l', value: '1.5 l', ko: '1.5 l' },
      { ...none, code: 'material', kind: 'CHOICE', choice: 'steel', value: 'Steel', ko: '강철' },
      { ...none, code: 'waterproof', kind: 'BOOLEAN', boolean: false, value: 'No', ko: '아니요' },
      { ...none, code: 'origin', kind: 'TEXT', value: 'Korea', ko: '한국' },
    ]);
  });

  it('is defined and revised by staff, and listed for all', async () => {
    const names = (text: string) => [{ language: 'EN', text }];
    const input = {
      code: 'colour',
      names: names('Colour'),
      kind: 'CHOICE',
      choices: [{ code: 'red', names: names('Red') }],
    };
    const success = 'attribute { id code name kind unit choices { code name } version }';
    const { attribute } = await mutate('defineAttribute', input, success);
    expect(attribute).toMatchObject({
      code: 'colour',
      choices: [{ code: 'red', name: 'Red' }],
      unit: null,
      version: 1,
    });
    const mass = { id: attribute.id, kind: 'NUMBER', unit: 'g', choices: [], names: names('Mass') };
    expect((await mutate('reviseAttribute', mass, success)).attribute).toEqual({
      ...{ id: attribute.id, code: 'colour', name: 'Mass', kind: 'NUMBER', unit: 'g', choices: [], version: 2 },
    });
    expect((await mutate('reviseAttribute', { id: attribute.id, unit: '' }, success)).attribute.unit).toBeNull();
    const steel = { id: namedId('Attribute', 'material'), choices: [{ code: 'wood', names: names('Wood') }] };
    expect(await mutate('reviseAttribute', steel, success)).toMatchObject({ __typename: 'ChoiceInUse' });
    expect(await mutate('defineAttribute', input, success)).toMatchObject({ __typename: 'CodeTaken' });
    const { data } = await ask(guest, '{ attributes { code } }');
    expect(data.attributes.map(({ code }: { code: string }) => code)).toEqual([
      ...['weight', 'capacity', 'material', 'waterproof', 'origin', 'colour'],
    ]);
  });
});

describe('a collection', () => {
  const slugs = ({ edges }: { edges: { node: { slug: string } }[] }) => edges.map(({ node }) => node.slug);

  it('is read page by page, like a category', async () => {
    const page = async (after: string | null) => {
      const query = `query ($after: String) { collection(slug: "bright") { name ko: name(language: KO)
        products(first: 5, after: $after) { totalCount edges { node { slug } } pageInfo { hasNextPage endCursor } } } }`;
      return (await ask(guest, query, { after })).data.collection;
    };
    const first = await page(null);
    expect(first).toMatchObject({
      name: 'Bright',
      ko: '밝은',
      products: { totalCount: 7, pageInfo: { hasNextPage: true } },
    });
    const second = await page(first.products.pageInfo.endCursor);
    expect(second.products.pageInfo.hasNextPage).toBe(false);
    const all = [...slugs(first.products), ...slugs(second.products)];
    expect(all.toSorted()).toEqual(Array.from({ length: 7 }, (_, n) => `lamp-${n}`));
  });

  it('that is not published is there for staff alone', async () => {
    const query = `{ collections { slug } collection(slug: "secret") { slug } product(slug: "lamp-0") { collections { slug } } }`;
    expect((await ask(guest, query)).data).toEqual({
      ...{ collections: [{ slug: 'steel' }, { slug: 'bright' }], collection: null },
      product: { collections: [{ slug: 'bright' }] },
    });
    const all = '{ collections(includeUnpublished: true) { slug rule { match } } }';
    expect((await ask(guest, all)).codes).toEqual(['FORBIDDEN']);
    expect((await ask(guest, '{ collections { rule { match } } }')).codes).toContain('UNAUTHENTICATED');
    expect((await ask(staff, all)).data.collections).toHaveLength(3);
    expect((await ask(staff, query)).data).toMatchObject({
      ...{ collection: { slug: 'secret' }, product: { collections: [{ slug: 'bright' }, { slug: 'secret' }] } },
    });
  });

  it('is created, revised and removed by staff, with every kind of condition', async () => {
    const conditions = [
      { categoryId: categoryOf('kitchen') },
      { brands: ['Funkel'] },
      { attribute: { code: 'waterproof', values: ['true', 'false'] } },
      { attribute: { code: 'capacity', values: ['1.5'] } },
      { attributeRange: { code: 'capacity', min: '0.5', max: '2' } },
      { price: { currency: 'EUR', max: 5_000 } },
      { productIds: [namedId('Product', 'bottle')] },
    ];
    const success = `collection { id slug isPublished version rule { match conditions { category { slug } brands
      attribute { code values } attributeRange { code min max } price { currency min max } productIds } } }`;
    const input = { slug: 'kitchenware', texts: [{ language: 'EN', name: 'Kitchenware' }] };
    const created = await mutate('createCollection', { ...input, rule: { match: 'ANY', conditions } }, success);
    const none = { category: null, brands: null, attribute: null, attributeRange: null, price: null, productIds: null };
    expect(created.collection.rule).toEqual({
      match: 'ANY',
      conditions: [
        { ...none, category: { slug: 'kitchen' } },
        ...conditions.slice(1, 5).map((condition) => ({ ...none, ...condition })),
        { ...none, price: { currency: 'EUR', min: null, max: 5_000 } },
        { ...none, ...conditions[6] },
      ],
    });
    const { id } = created.collection;
    const revised = await mutate('reviseCollection', { id, isPublished: false, expectedVersion: 1 }, success);
    expect(revised.collection).toMatchObject({ isPublished: false, version: 2, rule: { match: 'ANY' } });
    expect(await mutate('removeCollection', { id, expectedVersion: 1 }, 'id')).toMatchObject({
      __typename: 'VersionConflict',
    });
    expect(await mutate('removeCollection', { id }, 'id')).toEqual({ __typename: 'RemoveCollectionSuccess', id });
    expect(await mutate('reviseCollection', { id }, success)).toBe('NOT_FOUND');
  });

  it.each<[string, object, string | object]>([
    ['two things', { brands: ['x'], categoryId: 'y' }, 'BAD_USER_INPUT'],
    ['nothing', {}, 'BAD_USER_INPUT'],
    ['no category', { categoryId: 'cat_1' }, { faults: [{ path: 'rule.conditions.0.categoryId' }] }],
    [
      'no number',
      { attributeRange: { code: 'capacity', min: '1e3' } },
      { faults: [{ path: 'rule.conditions.0.min' }] },
    ],
    ['no value', { attribute: { code: 'capacity', values: ['much'] } }, { faults: [{ path: 'rule.conditions.0' }] }],
  ])('whose condition names %s is refused', async (_, condition, refusal) => {
    const rule = { conditions: [condition] };
    const input = { slug: 'x', texts: [{ language: 'EN', name: 'x' }], rule };
    const answer = await mutate('createCollection', input, 'collection { id }');
    expect(answer).toEqual(typeof refusal === 'string' ? refusal : { __typename: 'InvalidCollection', ...refusal });
  });

  it.each([
    ['createCategory', { slug: 'x', texts: [] }],
    ['moveCategory', { id: 'x' }],
    ['reviseAttribute', { id: 'x' }],
    ['removeCollection', { id: 'x' }],
  ])('is, like the rest, nothing that customers change: %s', async (name, input) => {
    for (const viewer of [guest, somebody()]) {
      expect(await mutate(name, input, '__typename', viewer)).toMatch(/FORBIDDEN|UNAUTHENTICATED/);
    }
  });
});

it('a page of products with path, attributes and collections costs as many statements for 100 as for 10', async () => {
  const tree = Array.from({ length: 20 }, (_, n) => below(`aisle-${n}`, 'kitchen', n));
  const products = Array.from({ length: 100 }, (_, n) =>
    aProduct(`many-${n}`, { categoryId: categoryOf(`aisle-${n % 20}`), attributes: values }),
  );
  await shop.commands.importCatalogue(aCatalogue(products, {}, [aCategory('kitchen', { position: 0 }), ...tree]));
  const page = (first: number) =>
    shop.statementsOf(async () => {
      const query = `query ($first: Int) { category(slug: "kitchen") { products(first: $first) { totalCount edges { node {
        title category { name path { slug name } } attributes { name value kind } collections { slug name }
        priceFrom { amount } variants { sku price { amount } } } } } } }`;
      const { data, codes } = await ask(guest, query, { first });
      expect(codes).toBeUndefined();
      expect(data.category.products.edges).toHaveLength(first);
    });
  const [ten, fifty, hundred] = [await page(10), await page(50), await page(100)];
  // Category, page, count, categories, paths, attributes, collections and what they have, variants.
  expect(ten.length).toBeLessThanOrEqual(9);
  expect([fifty.length, hundred.length]).toEqual([ten.length, ten.length]);
});
