/** Prices and publications that take effect later. */
import { describe, expect, it } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import { withClockAhead } from '#kit/postgres/skewed-clock.ts';
import { aCatalogue, aProduct } from '#kit/product/builders.ts';
import { aShopToWriteIn, aVariantInput, eur } from '#kit/product/writing.ts';
import { somebody } from '#kit/user/viewers.ts';
import { createApp } from '../wiring.ts';

const { announced, ask, create, mutate, product, published, shop } = await aShopToWriteIn();

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
    expect((await announced(id)).at(-1)?.variants[0]?.prices).toContainEqual(eur(3_000));
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
