/** How staff write products, as the graph lets them. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Permission } from '#contracts/permissions.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { aCatalogue, aProduct, categoryOf } from '#kit/product/builders.ts';
import { aShopToWriteIn, aVariantInput, eur, input, named, text } from '#kit/product/writing.ts';
import { somebody } from '#kit/user/viewers.ts';

const { announced, audited, create, mutate, product, published, shop } = await aShopToWriteIn();

describe('createProduct', () => {
  it('makes a draft that staff can see, and nobody else', async () => {
    const it = await create({
      texts: [text('Reading Lamp', { seoTitle: 'Lamps' }), { language: 'KO', title: '독서 등' }],
      brand: 'Lumen',
      taxClass: 'REDUCED',
      attributes: [
        { code: 'weight', number: '1.5' },
        { code: 'fabric', choice: 'wool' },
      ],
      options: [{ code: 'size', name: named('Size'), values: ['s', 'm'].map((code) => ({ code, name: named(code) })) }],
      variants: ['s', 'm'].map((valueCode) =>
        aVariantInput({
          sku: `LAMP-${valueCode.toUpperCase()}`,
          options: [{ code: 'size', valueCode }],
          weightGrams: 9,
        }),
      ),
    });
    expect(it).toMatchObject({
      ...{
        slug: 'reading-lamp',
        status: 'DRAFT',
        version: 1,
        title: 'Reading Lamp',
        titleKo: '독서 등',
        seoTitle: 'Lamps',
      },
      ...{ languages: ['EN', 'KO'], brand: 'Lumen', taxClass: 'REDUCED', category: { slug: 'lighting' } },
      attributes: [
        { code: 'weight', value: '1.5 g' },
        { code: 'fabric', value: 'Wool' },
      ],
      options: [{ code: 'size', values: [{ code: 's' }, { code: 'm' }] }],
      priceFrom: { amount: 1_000 },
      variants: [{ sku: 'LAMP-S', weightGrams: 9, requiresShipping: true }, { sku: 'LAMP-M' }],
    });
    expect(await product(it.id, guest)).toBeNull();
    expect(await product(it.id, somebody())).toBeNull();
    expect(await announced(it.id)).toMatchObject([{ status: 'DRAFT', slug: 'reading-lamp' }]);
    expect(await audited('createProduct', it.id)).toBe(1);
  });

  it('makes each product its slug of the title, and numbers those of one title, also at once', async () => {
    const ones = await Promise.all(Array.from({ length: 5 }, () => create({ texts: [text('Same Title!')] })));
    expect(ones.map(({ slug }) => slug).sort()).toEqual(
      ['same-title', 'same-title-2', 'same-title-3', 'same-title-4', 'same-title-5'].sort(),
    );
    expect(await create({ slug: '등산-램프' })).toMatchObject({ slug: '등산-램프' });
    for (let n = 1; n <= 15; n++) await create({ texts: [text('Same Title!')] });
    const oneMore = await mutate('createProduct', input({ texts: [text('Same Title!')] }));
    expect(oneMore).toMatchObject({ __typename: 'SlugTaken', slug: 'same-title-20' });
  });

  it('happens once per key', async () => {
    const [key, same] = [randomUUID(), input()];
    const results = await Promise.all([1, 2, 3].map(() => mutate('createProduct', same, { key })));
    expect(new Set(results.map((one) => one.product.id)).size).toBe(1);
    expect(await mutate('createProduct', input(), { key })).toMatchObject({ __typename: 'IdempotencyConflict' });
  });

  it('can be used without the permission to read: the product is null then', async () => {
    const viewer = {
      kind: 'apiKey',
      id: `key_${'0'.repeat(32)}`,
      permissions: ['catalogue:write' satisfies Permission],
    };
    expect(await mutate('createProduct', input(), { viewer: viewer as Viewer })).toEqual({
      ...{ __typename: 'CreateProductSuccess', product: null },
    });
  });

  it.each([
    ['no text', { texts: [] }, ['texts']],
    ['a language twice', { texts: [text('A'), text('B')] }, ['texts']],
    ['a title of 201 characters', { texts: [text('x'.repeat(201))] }, ['texts.en.title']],
    ['an empty title', { texts: [text('  ')] }, ['texts.en.title']],
    ['a line break in the title', { texts: [text('a\nb')] }, ['texts.en.title']],
    ['a NUL in the description', { texts: [text('a', { description: '\0' })] }, ['texts.en.description']],
    ['half a character', { texts: [text('a\ud800')] }, ['texts.en.title']],
    ['a title that turns the page around', { texts: [text('a\u202eb')] }, ['texts.en.title']],
    ['a title of signs', { texts: [text('!?')] }, ['slug']],
    ['a slug that is none', { slug: 'Not A Slug' }, ['slug']],
    ['a category that there is not', { categoryId: categoryOf('nowhere') }, ['categoryId']],
    ['an attribute that there is not', { attributes: [{ code: 'moon', number: '1' }] }, ['attributes.moon']],
    ['a value of another kind', { attributes: [{ code: 'weight', boolean: true }] }, ['attributes.weight']],
    ['a number that is none', { attributes: [{ code: 'weight', number: '1e9' }] }, ['attributes.weight']],
    [
      'a number with 7 digits behind the point',
      { attributes: [{ code: 'weight', number: '0.0000001' }] },
      ['attributes.weight'],
    ],
    ['a choice that there is not', { attributes: [{ code: 'fabric', choice: 'tin' }] }, ['attributes.fabric']],
    ['an attribute twice', { attributes: Array(2).fill({ code: 'weight', number: '1' }) }, ['attributes']],
    ['no value', { attributes: [{ code: 'weight' }] }, ['attributes.weight']],
    ['a currency twice', { variants: [aVariantInput({ prices: [eur(1), eur(2)] })] }, ['variants.0.prices']],
    ['a negative price', { variants: [aVariantInput({ prices: [eur(-1)] })] }, ['variants.0.prices.EUR']],
    ['a price beyond all', { variants: [aVariantInput({ prices: [eur(100_000_001)] })] }, ['variants.0.prices.EUR']],
    ['a sku twice', { variants: ['A', 'A'].map((sku) => aVariantInput({ sku })) }, ['variants']],
    ['a sku that is none', { variants: [aVariantInput({ sku: 'a b' })] }, ['variants.0.sku']],
    [
      'an option that it does not have',
      { variants: [aVariantInput({ options: [{ code: 'a', valueCode: 'b' }] })] },
      ['variants.0.options'],
    ],
    ['101 variants', { variants: Array.from({ length: 101 }, () => aVariantInput()) }, ['variants']],
  ])('with %s is refused, and says where', async (_, more, paths) => {
    const result = await mutate('createProduct', input(more));
    expect(result).toMatchObject({ __typename: 'InvalidProduct' });
    expect(result.faults.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  it('takes 100 variants, a price of 0, a right-to-left title', async () => {
    const variants = Array.from({ length: 100 }, () => aVariantInput({ prices: [eur(0)] }));
    const it = await create({ texts: [text('مصباح القراءة')], variants });
    expect(it).toMatchObject({ slug: 'مصباح-القراءة', priceFrom: { amount: 0 } });
    expect(it.variants).toHaveLength(100);
    expect(await mutate('addVariant', { productId: it.id, variant: aVariantInput() })).toMatchObject({
      faults: [{ path: 'variants' }],
    });
  });

  it.each<[string, Viewer, string]>([
    ['a guest', guest, 'UNAUTHENTICATED'],
    ['a customer', somebody(), 'FORBIDDEN'],
  ])('is not for %s', async (_, viewer, code) => {
    expect(await mutate('createProduct', input(), { viewer })).toBe(code);
  });

  it('gives a sku to one of two who want it at once, and says so to the other', async () => {
    for (let n = 0; n < 5; n++) {
      const variants = [aVariantInput()];
      const results = await Promise.all([1, 2, 3].map(() => mutate('createProduct', input({ variants }))));
      const lost = results.filter(({ __typename }) => __typename !== 'CreateProductSuccess');
      expect(lost).toEqual(
        Array(2).fill({ __typename: 'SkuTaken', message: expect.any(String), sku: variants[0]?.sku }),
      );
    }
  });
});

describe('revising', () => {
  it('changes what is given, and counts versions', async () => {
    const { id, version } = await create({ brand: 'Old' });
    const { product: it } = await mutate('reviseProduct', {
      productId: id,
      expectedVersion: version,
      slug: `new-${id}`.replace('_', '-'),
    });
    expect(it).toMatchObject({ brand: 'Old', version: version + 1 });
    expect(await mutate('reviseProduct', { productId: id, brand: null })).toMatchObject({ product: { brand: null } });
  });

  it('that changes nothing is no change: no version, no message, no audit row', async () => {
    const { id, version } = await create({ brand: 'Same' });
    const again = await mutate('reviseProduct', { productId: id, brand: 'Same', taxClass: 'STANDARD' });
    expect(again).toMatchObject({ product: { version } });
    expect(await announced(id)).toHaveLength(1);
    expect(await audited('reviseProduct', id)).toBe(0);
  });

  it('by two at once: the one who expected the version before is told; without one, the last wins', async () => {
    const { id, version } = await create();
    const revise = (brand: string, expectedVersion?: number) =>
      mutate('reviseProduct', { productId: id, brand, expectedVersion });
    const both = await Promise.all([revise('A', version), revise('B', version)]);
    expect(both.map(({ __typename }) => __typename).sort()).toEqual(['ReviseProductSuccess', 'VersionConflict']);
    expect(both).toContainEqual(expect.objectContaining({ currentVersion: version + 1 }));
    await Promise.all([revise('C'), revise('D')]);
    expect(await product(id)).toMatchObject({ version: version + 3 });
  });

  it('with a key is answered again after others have changed it: the retry changes nothing', async () => {
    const { id, version } = await create();
    const sent = { key: randomUUID() };
    const change = { productId: id, brand: 'Mine', expectedVersion: version };
    await mutate('reviseProduct', change, sent);
    await mutate('reviseProduct', { productId: id, brand: 'Theirs' });
    expect(await mutate('reviseProduct', change, sent)).toMatchObject({ product: { brand: 'Theirs' } });
  });

  it('never gives away a slug that another has or had, be it archived', async () => {
    const [one, two] = [await create(), await create()];
    await mutate('archiveProduct', { productId: one.id });
    const take = () => mutate('reviseProduct', { productId: two.id, slug: one.slug });
    expect(await take()).toMatchObject({ __typename: 'SlugTaken', slug: one.slug });
    await mutate('reviseProduct', { productId: one.id, slug: `${one.slug}-renamed` });
    expect(await take()).toMatchObject({ __typename: 'SlugTaken', slug: one.slug });
  });

  it('adds an option, with its values in all variants at once', async () => {
    const { id, variants } = await create({ variants: [aVariantInput(), aVariantInput()].slice(0, 1) });
    const options = [{ code: 'size', name: named('Size'), values: [{ code: 's', name: named('S') }] }];
    const revise = (variantOptions: object[]) => mutate('reviseProduct', { productId: id, options, variantOptions });
    expect(await revise([])).toMatchObject({ faults: [{ path: 'variants.0.options' }] });
    const chosen = [{ code: 'size', valueCode: 's' }];
    expect(await revise([{ variantId: variants[0].id, options: chosen }])).toMatchObject({
      product: { options: [{ code: 'size' }], variants: [{ options: chosen }] },
    });
  });

  it.each(['reviseProduct', 'publishProduct', 'archiveProduct'])(
    '%s of what there is not is NOT_FOUND',
    async (name) => {
      expect(await mutate(name, { productId: aProduct('nothing').id })).toBe('NOT_FOUND');
      expect(await mutate(name, { productId: 'x' })).toBe('NOT_FOUND');
    },
  );

  it('waits for an import that writes the same product, and the other way round', async () => {
    const kettle = aProduct('kettle');
    const ended = await Promise.all([
      ...[1, 2, 3].map((n) => mutate('reviseProduct', { productId: kettle.id, brand: `Brand ${n}` })),
      ...[4, 5].map((n) => shop.commands.importCatalogue(aCatalogue([{ ...kettle, brand: `Brand ${n}` }]))),
    ]);
    expect(ended).toHaveLength(5);
    expect(await product(kettle.id)).toMatchObject({ version: 6 });
    expect(await announced(kettle.id)).toHaveLength(6);
  });
});

describe('translations', () => {
  it('are set whole, and fall back to the shop’s language when removed', async () => {
    const { id } = await published();
    const ko = { language: 'KO', title: '등' };
    expect(await mutate('setTranslation', { productId: id, text: ko })).toMatchObject({ product: { titleKo: '등' } });
    const { product: it } = await mutate('removeTranslation', { productId: id, language: 'KO' });
    expect(it).toMatchObject({ languages: ['EN'], titleKo: it.title });
  });

  it('of which the last is never removed; nor the shop’s own of a published product', async () => {
    const { id } = await published();
    const remove = (language: string) => mutate('removeTranslation', { productId: id, language });
    expect(await remove('EN')).toMatchObject({ __typename: 'InvalidProduct', faults: [{ path: 'texts' }] });
    await mutate('setTranslation', { productId: id, text: { language: 'KO', title: '등' } });
    expect(await remove('EN')).toMatchObject({ __typename: 'NotPublishable', reasons: ['NO_TEXT'] });
    await mutate('unpublishProduct', { productId: id });
    expect(await remove('EN')).toMatchObject({ product: { languages: ['KO'] } });
  });

  it('announce the product, so that nobody is shown the old text', async () => {
    const { id, title } = await published();
    const before = (await announced(id)).length;
    await mutate('setTranslation', { productId: id, text: text(title, { description: 'Another description.' }) });
    expect(await announced(id)).toHaveLength(before + 1);
  });
});
