/** What is running low, and is told to staff. */
import { describe, expect, it } from 'vitest';
import { aCatalogue, anAttempt, aProduct, aVariant, reserve, variantOf } from '#kit/product/builders.ts';
import { aShopThatSellsOut } from '#kit/product/selling-out.ts';

const shop = await aShopThatSellsOut();
const { slugOf, save, sell, receive, published } = shop;

describe('low stock', () => {
  const listed = async (sku: string) =>
    (await shop.prisma.lowStock.findUnique({ where: { variantId: variantOf(sku) } }))?.availability;

  it('is reported once, until there are more again; by the variant’s own number or the shop’s', async () => {
    const [sku, own] = [await sell(), await sell({ lowStockThreshold: 50 })];
    expect([await listed(sku), await listed(own)]).toEqual(['NONE', 'NONE']);
    for (const each of [sku, own]) await receive(each, 10);
    await shop.commands.watchAvailability();
    expect([await listed(sku), await listed(own)]).toEqual([undefined, 'FEW_LEFT']);
    await shop.commands.reserveStock(reserve(anAttempt(), [{ sku, quantity: 5 }]));
    await shop.commands.watchAvailability();
    await shop.commands.reserveStock(reserve(anAttempt(), [{ sku, quantity: 5 }]));
    await shop.commands.watchAvailability();
    expect(await listed(sku)).toBe('NONE');
    expect(await published('stock.low', sku)).toMatchObject([
      { available: 0, threshold: 5 },
      { available: 5, threshold: 5 },
    ]);
  });

  it('is not of what is not on sale, or not counted; what changes that is noticed', async () => {
    const sku = await sell({}, { status: 'DRAFT' });
    expect(await listed(sku)).toBeUndefined();
    for (const [fields, product, expected] of [
      [{}, {}, 'NONE'],
      [{ stockPolicy: 'UNTRACKED' }, {}, undefined],
      [{ stockPolicy: 'BACKORDER' }, {}, 'BACKORDER'],
      [{ isArchived: true }, {}, undefined],
      [{}, {}, 'NONE'],
      [{}, { status: 'ARCHIVED' }, undefined],
    ] as const) {
      await save(sku, fields, product);
      await shop.commands.watchAvailability();
      expect(await listed(sku)).toBe(expected);
    }
  });

  it('that no change has announced is found: SQL and the domain agree on what is low', async () => {
    const kinds = (['TRACKED', 'BACKORDER', 'UNTRACKED'] as const).flatMap((stockPolicy) =>
      [null, 0, 3].flatMap((lowStockThreshold) =>
        [0, 1, 3, 4, 6].map((units) => ({ stockPolicy, lowStockThreshold, units })),
      ),
    );
    const variants = kinds.map(({ units: _, ...fields }, n) => aVariant(`KIND-${n}`, fields));
    const stock = Object.fromEntries(kinds.map(({ units }, n) => [`KIND-${n}`, units]));
    await shop.commands.importCatalogue(aCatalogue([aProduct('kinds', { variants })], stock));
    await shop.commands.watchAvailability();
    // What was recorded by the domain is no difference for the statement that looks for some.
    expect(await shop.commands.findAvailabilityChanges()).toBe(0);
    await shop.prisma.lowStock.deleteMany();
    const found = await shop.commands.findAvailabilityChanges();
    await shop.commands.watchAvailability();
    expect(await shop.prisma.lowStock.count()).toBe(found);
    expect(await shop.commands.findAvailabilityChanges()).toBe(0);
  });

  it('makes its product one to be found otherwise, when it sells out and when it comes back', async () => {
    const sku = await sell();
    await shop.commands.refreshProducts();
    const queued = () => shop.prisma.productRefresh.count({ where: { productId: aProduct(slugOf(sku)).id } });
    expect(await queued()).toBe(0);
    await receive(sku, 10);
    await shop.commands.watchAvailability();
    expect(await queued()).toBe(1);
    // Few are some.
    await shop.commands.reserveStock(reserve(anAttempt(), [{ sku, quantity: 8 }]));
    await shop.commands.watchAvailability();
    expect(await queued()).toBe(1);
  });
});
