/** How staff write what is sold of a product, and put it into the shop. */
import { describe, expect, it } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import { anAttempt, commit, reserve } from '#kit/product/builders.ts';
import { aShopToWriteIn, aVariantInput, named, staff } from '#kit/product/writing.ts';

const { announced, ask, create, mutate, product, published, shop } = await aShopToWriteIn();

describe('variants', () => {
  it('are added, revised, moved, archived and put back', async () => {
    const { id, variants } = await create();
    const first = variants[0];
    const added = (await mutate('addVariant', { productId: id, variant: aVariantInput({ sku: 'NEW-1' }) })).product;
    expect(added.variants).toHaveLength(2);
    const second = added.variants[1].id;
    const revised = { title: named('Two'), weightGrams: 7, requiresShipping: false, position: 0, sku: 'NEWER-1' };
    expect((await mutate('reviseVariant', { variantId: second, ...revised })).product.variants).toMatchObject([
      { id: second, title: 'Two', weightGrams: 7, requiresShipping: false, sku: revised.sku },
      { id: first.id },
    ]);
    const archive = (isArchived: boolean) => mutate('archiveVariant', { variantId: second, isArchived });
    const { product } = await archive(true);
    expect(product.variants).toMatchObject([{ id: first.id }]);
    expect(product.archivedVariants).toEqual([{ id: second }]);
    expect((await announced(id)).at(-1)?.variants).toMatchObject([{ variantId: first.id }]);
    expect((await archive(false)).product).toMatchObject({ variants: [{}, {}], archivedVariants: [] });
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
    expect((await announced(id)).at(-1)?.variants[0]?.prices).toHaveLength(2);
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
