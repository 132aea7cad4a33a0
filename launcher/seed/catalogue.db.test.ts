import { expect, it } from 'vitest';
import { subgraphDatabase } from '#kit/postgres/subgraph-database.ts';
import { aShop } from '#kit/product/shop.ts';
import { defaultShop } from '#platform/config/shop.ts';
import { PrismaClient } from '#prisma/product/client/client.ts';
import { demoCatalogue, seed } from './catalogue.ts';
import { wellKnownProducts } from './well-known.ts';

it('the demo catalogue goes into a real database, and a second time changes nothing', async () => {
  const shop = await aShop(demoCatalogue());
  for (const { sku, units } of wellKnownProducts) expect(await shop.level(sku)).toEqual({ onHand: units, reserved: 0 });
  const published = await shop.prisma.outboxMessage.count();
  const { products, categories, attributes, collections } = demoCatalogue();
  expect(published).toBe(products.length + categories.length + attributes.length + collections.length);
  for (const { id } of collections)
    expect(await shop.prisma.collectionProduct.count({ where: { collectionId: id } })).toBeGreaterThan(2);
  expect(await shop.commands.importCatalogue(demoCatalogue())).toEqual({
    attributes: 0,
    categories: 0,
    collections: 0,
    products: 0,
    receipts: 0,
  });
  expect(await shop.prisma.outboxMessage.count()).toBe(published);
});

it("a Korean shop's products are sorted by their Korean titles", async () => {
  const { prisma, databaseUrl, dispose } = await subgraphDatabase('product', (options) => new PrismaClient(options));
  try {
    await seed(databaseUrl, { ...defaultShop, language: 'ko' });
    const lamp = await prisma.product.findUnique({ where: { slug: 'trail-lamp-200' } });
    expect(lamp?.title).toBe('트레일 램프 200');
  } finally {
    await dispose();
  }
});
