import { expect, it } from 'vitest';
import { aShop } from '#kit/product/shop.ts';
import { demoCatalogue } from './catalogue.ts';
import { wellKnownProducts } from './well-known.ts';

it('the demo catalogue goes into a real database, and a second time changes nothing', async () => {
  const shop = await aShop(demoCatalogue());
  for (const { sku, units } of wellKnownProducts) expect(await shop.level(sku)).toEqual({ onHand: units, reserved: 0 });
  const published = await shop.prisma.outboxMessage.count();
  expect(published).toBe(demoCatalogue().products.length);
  expect(await shop.commands.importCatalogue(demoCatalogue())).toEqual({
    attributes: 0,
    categories: 0,
    products: 0,
    receipts: 0,
  });
  expect(await shop.prisma.outboxMessage.count()).toBe(published);
});
