/** What a catalogue has beside products, from one shop to another. */
import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { aCatalogue, categoryOf } from '#kit/product/builders.ts';
import { aShop } from '#kit/product/shop.ts';
import { aShelvedShop, byStaff } from '#kit/product/taxonomy.ts';
import { documentsOf, importFiles } from './files.fixture.ts';

const { load } = importFiles();
const shop = await aShelvedShop();
const inC = namedId('Product', 'in-c');
const picture = (n: number, alt: object = {}) => ({ url: `https://pictures.example/${n}.webp`, alt });
const picturesOf = async (product = 'in-c') =>
  (
    await shop.prisma.media.findMany({
      where: { productId: namedId('Product', product) },
      orderBy: { position: 'asc' },
      select: { id: true, url: true, fileKey: true, alt: true },
    })
  ).map((row) => ({ ...row }));
const rule = {
  match: 'ANY',
  conditions: [
    { by: 'CATEGORY', category: 'd' },
    { by: 'PRODUCTS', products: ['in-c'] },
    { by: 'ATTRIBUTE_RANGE', code: 'weight', min: 100, max: 200 },
  ],
};
const light = { collection: { slug: 'light', texts: { en: { name: 'Light' } }, rule, position: 3, isPublished: true } };

it('everything is exported as it can be imported, into the same shop and another', async () => {
  expect(
    await load(shop, light, { product: { slug: 'in-c', pictures: [picture(1, { en: 'One' }), picture(2)] } }),
  ).toMatchObject({
    faults: [],
    changed: 2,
  });
  const all = await documentsOf(shop);
  expect(all.find(({ collection }) => collection)).toEqual(light);
  expect(all.find(({ product }) => product?.slug === 'in-c')).toMatchObject({
    product: { pictures: [picture(1, { en: 'One' }), picture(2)] },
  });
  expect(await load(shop, ...all)).toMatchObject({ faults: [], changed: 0 });

  const other = await aShop(aCatalogue([], {}, []));
  expect(await load(other, ...all)).toMatchObject({ faults: [], changed: all.length });
  const byName = (documents: readonly object[]) => documents.map((one) => JSON.stringify(one)).sort();
  expect(byName(await documentsOf(other))).toEqual(byName(all));
  await other.commands.refreshProducts();
  expect(await other.prisma.collectionProduct.count()).toBe(2);
});

describe('pictures', () => {
  it('of a line are all of the product from then on; those that stay keep their ids', async () => {
    await load(shop, { product: { slug: 'in-c', pictures: [picture(1), picture(2)] } });
    const before = await picturesOf();
    const published = (await shop.events('product.media-changed', inC)).length;
    expect(
      await load(shop, { product: { slug: 'in-c', pictures: [picture(3), picture(1, { ko: '하나' })] } }),
    ).toMatchObject({ changed: 1 });
    const after = await picturesOf();
    expect(after.map(({ url, alt }) => ({ url, alt }))).toEqual([picture(3), picture(1, { ko: '하나' })]);
    expect(after[1]?.id).toBe(before[0]?.id);
    expect((await shop.events('product.media-changed', inC)).slice(published)).toEqual([
      { productId: inC, mediaIds: after.map(({ id }) => id) },
    ]);
    // A line that says nothing of them leaves them.
    await load(shop, { product: { slug: 'in-c', brand: 'Other' } });
    expect(await picturesOf()).toEqual(after);
    await load(shop, { product: { slug: 'in-c', pictures: [] } });
    expect(await picturesOf()).toEqual([]);
  });

  it('of one address twice are two, each with an id of its own', async () => {
    await load(shop, { product: { slug: 'in-c', pictures: [picture(1)] } });
    const [first] = await picturesOf();
    const twice = { product: { slug: 'in-c', pictures: [picture(1), picture(2), picture(1, { en: 'Again' })] } };
    expect(await load(shop, twice)).toMatchObject({ faults: [], changed: 1 });
    const after = await picturesOf();
    expect(after.map(({ url, alt }) => ({ url, alt }))).toEqual(twice.product.pictures);
    expect(after[0]?.id).toBe(first?.id);
    // As the export writes them.
    const line = (await documentsOf(shop)).find(({ product }) => product?.slug === 'in-c');
    expect(await load(shop, line)).toMatchObject({ faults: [], changed: 0 });
    expect(await picturesOf()).toEqual(after);
  });

  it('that were uploaded stay in their shop, and are told where they are not', async () => {
    const key = 'aaaaaaaaaaaaaaaaaaaaaa.webp';
    const now = new Date();
    const file = { contentType: 'image/webp', bytes: 10, width: 1, height: 1, createdAt: now };
    await shop.prisma.mediaFile.create({ data: { ...file, key, state: 'STORED', deleteAfter: null } });
    await shop.prisma.media.create({
      data: {
        ...file,
        id: `med_${'0'.repeat(32)}`,
        productId: namedId('Product', 'in-e'),
        position: 0,
        fileKey: key,
        alt: {},
      },
    });
    const line = (await documentsOf(shop)).find(({ product }) => product?.slug === 'in-e');
    expect(line).toMatchObject({ product: { pictures: [{ file: key, alt: {} }] } });
    expect(await load(shop, line)).toMatchObject({ faults: [], changed: 0 });
    expect(await load(shop, { product: { slug: 'in-c', pictures: [{ file: key }, picture(1)] } })).toMatchObject({
      faults: [{ line: 1, reason: 'pictures.0.file: is no file of this product here; left out' }],
    });
    expect((await picturesOf()).map(({ url }) => url)).toEqual([picture(1).url]);
    // Nothing refers to it any more: the sweep takes it.
    await load(shop, { product: { slug: 'in-e', pictures: [] } });
    expect((await shop.prisma.mediaFile.findUnique({ where: { key } }))?.deleteAfter).not.toBeNull();
  });

  it('at fault are no pictures', async () => {
    const both = 'pictures.N: has exactly one of url and file';
    const { faults } = await load(
      shop,
      { product: { slug: 'in-c', pictures: [{ url: 'http://pictures.example/1' }] } },
      { product: { slug: 'in-e', pictures: [{ ...picture(1), file: 'a' }, {}, { ...picture(1), colour: 'red' }] } },
      { product: { slug: 'in-d', pictures: Array.from({ length: 51 }, (_, n) => picture(n)) } },
    );
    expect(faults.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '1 pictures.0.url: is not an https address',
      `2 ${both.replace('N', '0')}; ${both.replace('N', '1')}; pictures.2: has the unknown field colour`,
      '3 pictures: has more than 50 entries',
    ]);
  });
});

describe('collections', () => {
  it('change what they name, and only that', async () => {
    await load(shop, light);
    const version = async () => (await shop.prisma.collection.findUnique({ where: { slug: 'light' } }))?.version;
    const before = (await version()) ?? 0;
    expect(await load(shop, { collection: { slug: 'light', texts: { ko: { name: '가벼운' } } } })).toMatchObject({
      changed: 1,
    });
    expect(await shop.prisma.collection.findUnique({ where: { slug: 'light' } })).toMatchObject({
      ...{ version: before + 1, position: 3, isPublished: true },
      texts: { en: { name: 'Light' }, ko: { name: '가벼운' } },
      rule: { conditions: [{ categoryId: categoryOf('d') }, { productIds: [inC] }, { by: 'ATTRIBUTE_RANGE' }] },
    });
    expect(await load(shop, { collection: { slug: 'light', position: 3 } })).toMatchObject({ changed: 0 });
    expect((await shop.events('collection.changed')).length).toBeGreaterThan(1);
  });

  it('at fault are listed with every reason', async () => {
    const named = (slug: string, conditions: object[]) => ({
      collection: { slug, texts: { en: { name: slug } }, rule: { match: 'ALL', conditions } },
    });
    await shop.commands.reviseCollection({
      ...{ ...byStaff, expectedVersion: undefined, id: await idOf('light') },
      slug: 'feather',
    });
    const { faults, changed } = await load(
      shop,
      named('x', [
        { by: 'CATEGORY', category: 'nowhere' },
        { by: 'PRODUCTS', products: ['in-c', 'nothing'] },
      ]),
      named('y', [{ by: 'ATTRIBUTE', code: 'material', values: ['cheese'] }]),
      { collection: { slug: 'z', position: -1 } },
      named('w', [{ by: 'LUCK' }]),
      named('v', [{ by: 'ATTRIBUTE_RANGE', code: 'weight', min: 1e-8 }]),
      named('good', [{ by: 'BRAND', brands: ['Funkel'] }]),
      // By the name that it had before, as links to it go.
      { collection: { slug: 'light', isPublished: false } },
    );
    expect(faults.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '1 rule.conditions.0: there is no category nowhere; rule.conditions.1: there is no product nothing',
      '2 rule.conditions.0: names cheese, which material cannot be',
      '3 position: is less than 0',
      '4 rule.conditions.0.by: is not a valid value',
      '5 rule.conditions.0.min: is not a decimal number with at most 15 digits before the point and 6 behind it',
    ]);
    expect(changed).toBe(2);
  });
});

const idOf = async (slug: string) => (await shop.prisma.collection.findUniqueOrThrow({ where: { slug } })).id as never;
