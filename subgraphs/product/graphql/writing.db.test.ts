/** How staff write products, as the graph lets them. */
import { randomUUID } from 'node:crypto';
import type { GraphQLUnionType } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Permission } from '#contracts/permissions.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { asking } from '#kit/graphql/ask.ts';
import { withClockAhead } from '#kit/postgres/skewed-clock.ts';
import { aCatalogue, anAttempt, aProduct, categoryOf, commit, reserve } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { somebody } from '#kit/user/viewers.ts';
import { requestContext } from '#platform/graphql/context.ts';
import type { Attribute } from '../domain/catalogue/attribute.ts';
import { createApp, schema } from '../wiring.ts';
import { loaders } from './loaders.ts';

const built = schema();
let shop: Shop;
let ask: ReturnType<typeof asking>;
const staff = somebody('STAFF');

const attribute = (code: string, kind: Attribute['kind'], more: Partial<Attribute> = {}) => ({
  ...aCatalogue().attributes[0],
  ...{ id: `atr_${code.padEnd(32, '0').replaceAll(/[^0-9a-f]/g, '0')}` as Attribute['id'], code, kind },
  ...{ name: { en: code }, unit: null, choices: [], isFilterable: false, position: 0 },
  ...more,
});

beforeAll(async () => {
  const attributes = [
    attribute('weight', 'NUMBER', { unit: 'g' }),
    attribute('fabric', 'CHOICE', { position: 1, choices: [{ code: 'wool', name: { en: 'Wool' } }] }),
  ];
  shop = await aShop({ ...aCatalogue([aProduct('kettle')]), attributes });
  ask = asking(built, requestContext(shop.app, loaders));
});

interface Sent {
  readonly key?: string;
  readonly viewer?: Viewer;
}

const typeOf = (mutation: string) => `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`;
const membersOf = (mutation: string) => (built.getType(`${typeOf(mutation)}Payload`) as GraphQLUnionType).getTypes();

const shownProduct = `id slug status version title titleKo: title(language: KO) seoTitle languages brand taxClass publishAt
  category { slug } attributes { code value } options { code values { code } } priceFrom { amount }
  scheduledPrices { id price { amount currency } startsAt }
  variants { id sku title options { code valueCode } prices { amount currency } weightGrams requiresShipping }`;

/** The mutation's payload, or the code of its error. */
const mutate = async (name: string, input: object, { key = randomUUID(), viewer = staff }: Sent = {}) => {
  const failures = membersOf(name)
    .filter((member) => !member.name.endsWith('Success'))
    .map((member) =>
      Object.keys(member.getFields())
        .map((field) => (field === 'faults' ? 'faults { path message }' : field))
        .join(' '),
    );
  const fragments = membersOf(name)
    .filter((member) => !member.name.endsWith('Success'))
    .map((member, at) => `... on ${member.name} { ${failures[at]} }`);
  const query = `mutation ($key: String, $input: ${typeOf(name)}Input!) { it: ${name}(idempotencyKey: $key, input: $input) {
    __typename ${fragments.join(' ')} ... on ${typeOf(name)}Success { product { ${shownProduct} } } } }`;
  const { data, codes } = await ask(viewer, query, { key, input });
  return data?.it ?? codes?.[0];
};

let made = 0;
const text = (title: string, more = {}) => ({ language: 'EN', title, ...more });
const named = (name: string) => [{ language: 'EN', text: name }];
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const aVariantInput = (more = {}) => ({
  ...{ sku: `SKU-${++made}`, title: named('One'), prices: [eur(1_000), { amount: 15_000, currency: 'KRW' }] },
  ...more,
});
const input = (more = {}) => ({
  ...{ texts: [text(`Thing ${++made}`)], categoryId: categoryOf('lighting'), variants: [aVariantInput()] },
  ...more,
});
const create = async (more = {}) => (await mutate('createProduct', input(more))).product;
const published = async (more = {}) => {
  const { id } = await create(more);
  return (await mutate('publishProduct', { productId: id })).product;
};
const product = async (id: string, viewer: Viewer = staff) =>
  (await ask(viewer, `{ product(id: "${id}") { ${viewer === staff ? shownProduct : 'title'} } }`)).data.product;
const announced = async (id: string) => {
  const rows = await shop.prisma.outboxMessage.findMany({
    where: { aggregateType: 'product', aggregateId: id },
    orderBy: { sequence: 'asc' },
  });
  // biome-ignore lint/suspicious/noExplicitAny: a message as it was stored
  return rows.map(({ data }) => data as any);
};
const audited = async (action: string, id: string) =>
  shop.prisma.outboxMessage.count({
    where: {
      type: 'staff.acted',
      AND: [{ data: { path: ['action'], equals: action } }, { data: { path: ['subject', 'id'], equals: id } }],
    },
  });

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

describe('variants', () => {
  it('are added, revised, moved, archived and put back', async () => {
    const { id, variants } = await create();
    const first = variants[0];
    const added = (await mutate('addVariant', { productId: id, variant: aVariantInput({ sku: `NEW-${made}` }) }))
      .product;
    expect(added.variants).toHaveLength(2);
    const second = added.variants[1].id;
    const revised = { title: named('Two'), weightGrams: 7, requiresShipping: false, position: 0, sku: `NEWER-${made}` };
    expect((await mutate('reviseVariant', { variantId: second, ...revised })).product.variants).toMatchObject([
      { id: second, title: 'Two', weightGrams: 7, requiresShipping: false, sku: revised.sku },
      { id: first.id },
    ]);
    const archive = (isArchived: boolean) => mutate('archiveVariant', { variantId: second, isArchived });
    expect((await archive(true)).product.variants).toMatchObject([{ id: first.id }]);
    expect((await announced(id)).at(-1).variants).toMatchObject([{ variantId: first.id }]);
    expect((await archive(false)).product.variants).toHaveLength(2);
    expect(await mutate('reviseVariant', { variantId: second, sku: first.sku })).toMatchObject({
      __typename: 'InvalidProduct',
    });
    expect(await mutate('addVariant', { productId: id, variant: aVariantInput({ sku: 'KETTLE-1' }) })).toMatchObject({
      __typename: 'SkuTaken',
    });
    expect(await mutate('reviseVariant', { variantId: id, sku: 'A' })).toBe('NOT_FOUND');
  });

  it('that are archived sell what was reserved of them', async () => {
    const [sku = ''] = await shop.stock(3);
    const attempt = anAttempt();
    await shop.commands.reserveStock(reserve(attempt, [{ sku, quantity: 2 }]));
    const { id } = (await ask(staff, `{ variant(sku: "${sku}") { id } }`)).data.variant;
    await mutate('addVariant', {
      productId: (await shop.prisma.productVariant.findUniqueOrThrow({ where: { id } })).productId,
      variant: aVariantInput(),
    });
    expect(await mutate('archiveVariant', { variantId: id })).toMatchObject({ __typename: 'ArchiveVariantSuccess' });
    await shop.commands.commitStock(commit(attempt));
    expect(await shop.level(sku)).toEqual({ onHand: 1, reserved: 0 });
    const other = anAttempt();
    await shop.commands.reserveStock(reserve(other, [{ sku, quantity: 1 }]));
    expect(await shop.replies(other)).toMatchObject([{ type: 'stock.rejected' }]);
  });
});

describe('prices', () => {
  const priceOf = async (id: string) => (await product(id)).variants[0].prices;

  it('are set and removed per currency', async () => {
    const { id, variants } = await create();
    const set = (currency: string, amount?: number | null) =>
      mutate('setPrice', { variantId: variants[0].id, currency, amount });
    await set('KRW', 19_000);
    await set('EUR', null);
    await set('GBP', 0);
    expect(await priceOf(id)).toEqual([
      { amount: 0, currency: 'GBP' },
      { amount: 19_000, currency: 'KRW' },
    ]);
    expect(await set('KRW')).toBe('BAD_USER_INPUT');
    expect(await set('KRW', -1)).toMatchObject({ faults: [{ path: 'variants.0.prices.KRW' }] });
    expect((await announced(id)).at(-1).variants[0].prices).toHaveLength(2);
  });

  it('of a published product never all go from the shop’s currency', async () => {
    const { variants } = await published();
    const result = await mutate('setPrice', { variantId: variants[0].id, currency: 'EUR', amount: null });
    expect(result).toMatchObject({ __typename: 'NotPublishable', reasons: ['NO_PRICE'] });
  });
});

describe('publishing', () => {
  it.each([
    ['no variant', { variants: [] }, ['NO_VARIANT']],
    ['no price in the shop’s currency', { variants: [aVariantInput({ prices: [] })] }, ['NO_PRICE']],
    ['no text in the shop’s language', { slug: 'ko', texts: [{ language: 'KO', title: '등' }] }, ['NO_TEXT']],
  ])('needs more than %s', async (_, more, reasons) => {
    const { id } = await create(more);
    for (const publishAt of [undefined, new Date(Date.now() + 86_400_000).toISOString()])
      expect(await mutate('publishProduct', { productId: id, publishAt })).toMatchObject({
        ...{ __typename: 'NotPublishable', reasons },
      });
  });

  it('shows the product to all, unpublishing hides it, archiving too', async () => {
    const { id } = await published();
    expect(await product(id, guest)).not.toBeNull();
    await mutate('unpublishProduct', { productId: id });
    expect(await product(id, guest)).toBeNull();
    await mutate('publishProduct', { productId: id });
    await mutate('archiveProduct', { productId: id });
    expect(await product(id, guest)).toBeNull();
    expect((await announced(id)).map(({ status }) => status)).toEqual([
      ...['DRAFT', 'PUBLISHED', 'DRAFT', 'PUBLISHED', 'ARCHIVED'],
    ]);
  });

  it('keeps what the shop needs: the last variant of a published product is not archived', async () => {
    const { variants } = await published();
    expect(await mutate('archiveVariant', { variantId: variants[0].id })).toMatchObject({ reasons: ['NO_VARIANT'] });
  });
});

describe('the schedule', () => {
  const inMinutes = (minutes: number, from = Date.now()) => new Date(from + minutes * 60_000).toISOString();
  const schedule = (variantId: string, amount: number, startsAt: string, currency = 'EUR') =>
    mutate('schedulePrice', { variantId, price: { amount, currency }, startsAt });
  const apply = () => shop.commands.applySchedule();
  /** Everything within `minutes` is due afterwards; the clock of this file's shop never goes back. */
  let ahead = 0;
  const now = () => Date.now() + ahead * 60_000;
  const advance = (minutes: number) => {
    ahead += minutes;
    shop.advance(minutes * 60_000);
  };
  const euros = async (id: string) => (await product(id)).variants[0].prices[0].amount;

  it('of prices applies each when it is due, the later one last, and tells everybody', async () => {
    const { id, variants } = await published();
    const variantId = variants[0].id;
    await schedule(variantId, 3_000, inMinutes(20, now()));
    await schedule(variantId, 2_000, inMinutes(10, now()));
    await schedule(variantId, 4_000, inMinutes(30, now()));
    expect((await product(id)).scheduledPrices.map(({ price }: { price: { amount: number } }) => price.amount)).toEqual(
      [...[2_000, 3_000, 4_000]],
    );
    await apply();
    expect(await euros(id)).toBe(1_000);
    advance(25);
    const before = (await announced(id)).length;
    await Promise.all([
      apply(),
      apply(),
      createApp(shop.prisma, { clock: () => new Date(now()) }).commands.applySchedule(),
    ]);
    expect(await euros(id)).toBe(3_000);
    expect((await announced(id)).length).toBe(before + 1);
    expect((await announced(id)).at(-1).variants[0].prices).toContainEqual(eur(3_000));
    expect(await product(id)).toMatchObject({ scheduledPrices: [{ price: eur(4_000) }] });
  });

  it('of prices goes by the clock of the database, whatever that of the process', async () => {
    const { id, variants } = await published();
    await schedule(variants[0].id, 5_000, inMinutes(20, now()));
    await withClockAhead(3_600_000, apply);
    expect(await euros(id)).toBe(1_000);
  });

  it('of prices refuses what cannot be', async () => {
    const { id, variants } = await create({ variants: [aVariantInput(), aVariantInput()].slice(1) });
    const variantId = variants[0].id;
    const soon = inMinutes(20, now());
    for (const [amount, at, path] of [
      [1, inMinutes(-1, now()), 'startsAt'],
      [1, inMinutes(60 * 24 * 800, now()), 'startsAt'],
      [-1, soon, 'amount'],
      [100_000_001, soon, 'amount'],
    ] as const)
      expect(await schedule(variantId, amount, at)).toMatchObject({ __typename: 'InvalidProduct', faults: [{ path }] });
    await schedule(variantId, 1, soon);
    expect(await schedule(variantId, 2, soon)).toMatchObject({ faults: [{ path: 'startsAt' }] });
    expect(await schedule(variantId, 2, soon, 'KRW')).toMatchObject({ __typename: 'SchedulePriceSuccess' });
    for (let n = 2; n < 20; n++) await schedule(variantId, n, inMinutes(20 + n, now()));
    expect(await schedule(variantId, 2, inMinutes(99, now()))).toMatchObject({
      __typename: 'LimitReached',
      maximum: 20,
    });
    await mutate('archiveVariant', { variantId });
    expect(await shop.prisma.scheduledPrice.count({ where: { variantId } })).toBe(0);
    expect(await schedule(variantId, 2, soon)).toMatchObject({ faults: [{ path: 'variantId' }] });
    expect(await product(id)).toMatchObject({ version: 2 });
  });

  it('of a price is cancelled, unless it is the price already', async () => {
    const { id, variants } = await published();
    await schedule(variants[0].id, 2_000, inMinutes(10, now()));
    await schedule(variants[0].id, 3_000, inMinutes(20, now()));
    const [first, second] = (await product(id)).scheduledPrices;
    expect(await mutate('cancelScheduledPrice', { id: first.id })).toMatchObject({
      product: { scheduledPrices: [{ id: second.id }] },
    });
    advance(30);
    await apply();
    expect(await euros(id)).toBe(3_000);
    for (const gone of [first.id, second.id, 'x'])
      expect(await mutate('cancelScheduledPrice', { id: gone })).toBe('NOT_FOUND');
  });

  it('publishes a draft when it is due; unpublishing cancels that', async () => {
    const [one, two] = [await create(), await create()];
    const publishAt = inMinutes(10, now());
    for (const { id } of [one, two])
      expect(await mutate('publishProduct', { productId: id, publishAt })).toMatchObject({
        product: { status: 'DRAFT', publishAt },
      });
    expect(await mutate('unpublishProduct', { productId: two.id })).toMatchObject({ product: { publishAt: null } });
    await apply();
    expect(await product(one.id, guest)).toBeNull();
    advance(11);
    await Promise.all([apply(), apply()]);
    expect(await product(one.id)).toMatchObject({ status: 'PUBLISHED', publishAt: null, version: 2 });
    expect(await product(two.id)).toMatchObject({ status: 'DRAFT' });
    expect((await announced(one.id)).at(-1)).toMatchObject({ status: 'PUBLISHED' });
  });

  it('keeps a draft publishable until then, and what an import has broken out of the shop', async () => {
    const { id, variants } = await create();
    await mutate('publishProduct', { productId: id, publishAt: inMinutes(10, now()) });
    expect(await mutate('archiveVariant', { variantId: variants[0].id })).toMatchObject({ reasons: ['NO_VARIANT'] });
    await shop.prisma.productVariant.update({ where: { id: variants[0].id }, data: { isArchived: true } });
    advance(11);
    await apply();
    expect(await product(id)).toMatchObject({ status: 'DRAFT', publishAt: null });
  });

  it('is for those who may read the catalogue', async () => {
    const { id } = await published();
    for (const field of ['publishAt', 'scheduledPrices { id }', 'variants { scheduledPrices { id } }'])
      expect((await ask(somebody(), `{ product(id: "${id}") { ${field} } }`)).codes).toContain('FORBIDDEN');
  });

  it('applies a sale of many products at once', async () => {
    const many = Array.from({ length: 60 }, (_, n) => aProduct(`sale-${n}`));
    await shop.commands.importCatalogue(aCatalogue(many));
    const startsAt = inMinutes(10, now());
    const prices = many.map(({ variants }, n) => ({ id: `spr_${n}`, variantId: variants[0]?.id ?? '' }));
    await shop.prisma.scheduledPrice.createMany({
      data: prices.map((price) => ({ ...price, currency: 'EUR', amount: 777, startsAt })),
    });
    advance(11);
    await apply();
    expect(await shop.prisma.scheduledPrice.count({ where: { startsAt } })).toBe(0);
    expect(await euros(many.at(-1)?.id ?? '')).toBe(777);
  });
});
