import { beforeAll, describe, expect, it } from 'vitest';
import { money } from '#contracts/money.ts';
import { aCatalogue, aCategory, aProduct, aVariant, categoryOf } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';

const changes = async ({ prisma }: Shop) => {
  const rows = await prisma.outboxMessage.findMany({
    where: { type: 'product.changed' },
    orderBy: { position: 'asc' },
  });
  return rows.map(({ sequence, data }) => `${(data as { slug: string }).slug} #${sequence}`);
};

describe('importing a catalogue', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await aShop();
  });

  const lamp = aProduct('lamp', { variants: [aVariant('LAMP-1'), aVariant('LAMP-2')] });
  const kettle = aProduct('kettle');
  const stock = { 'LAMP-1': 5, 'KETTLE-1': 1 };

  it('writes and publishes new products, and receives their initial stock', async () => {
    const report = await shop.commands.importCatalogue(aCatalogue([lamp, kettle], stock));
    expect(report).toEqual({ attributes: 0, categories: 1, collections: 0, products: 2, receipts: 2 });
    expect(await shop.level('LAMP-1')).toEqual({ onHand: 5, reserved: 0 });
    expect(await shop.level('LAMP-2')).toEqual({ onHand: 0, reserved: 0 });
    expect(await shop.movements('KETTLE-1')).toEqual(['RECEIPT 1']);
    expect(await changes(shop)).toEqual(['lamp #1', 'kettle #1']);
  });

  it('does nothing the second time, also when two run at once', async () => {
    const again = () => shop.commands.importCatalogue(aCatalogue([lamp, kettle], stock));
    const nothing = { attributes: 0, categories: 0, collections: 0, products: 0, receipts: 0 };
    expect(await Promise.all([again(), again()])).toEqual([nothing, nothing]);
    expect(await changes(shop)).toHaveLength(2);
    expect(await shop.level('LAMP-1')).toEqual({ onHand: 5, reserved: 0 });
  });

  it('publishes only what changed, and never receives the initial stock twice', async () => {
    const dearer = { ...kettle, variants: [aVariant('KETTLE-1', { price: money(1_200, 'EUR') })] };
    const report = await shop.commands.importCatalogue(aCatalogue([lamp, dearer], { ...stock, 'LAMP-1': 50 }));
    expect(report).toEqual({ attributes: 0, categories: 0, collections: 0, products: 1, receipts: 0 });
    expect(await changes(shop)).toEqual(['lamp #1', 'kettle #1', 'kettle #2']);
    expect(await shop.level('LAMP-1')).toEqual({ onHand: 5, reserved: 0 });
  });

  it('writes each product once when several imports bring the same new ones', async () => {
    const tents = Array.from({ length: 40 }, (_, n) => aProduct(`tent-${n}`));
    const reports = await Promise.all(
      [1, 2, 3, 4, 5].map(() => shop.commands.importCatalogue(aCatalogue(tents, { 'TENT-0-1': 3 }))),
    );
    expect(reports.map(({ products }) => products).sort()).toEqual([0, 0, 0, 0, 40]);
    expect(await shop.level('TENT-0-1')).toEqual({ onHand: 3, reserved: 0 });
  });

  it('refuses an import that is not sound, and writes nothing of it', async () => {
    const unsound = aCatalogue([aProduct('stove'), aProduct('broken', { title: '' })]);
    await expect(shop.commands.importCatalogue(unsound)).rejects.toThrow();
    expect(await shop.prisma.product.count({ where: { slug: 'stove' } })).toBe(0);
  });

  it('refuses to move a variant to another product', async () => {
    const thief = aProduct('thief', { variants: [aVariant('LAMP-1')] });
    await expect(shop.commands.importCatalogue(aCatalogue([thief]))).rejects.toThrow('cannot move to another product');
    expect(await shop.prisma.product.count({ where: { slug: 'thief' } })).toBe(0);
  });

  it('takes more products than fit one batch', async () => {
    const many = Array.from({ length: 120 }, (_, n) => aProduct(`thing-${n}`));
    const report = await shop.commands.importCatalogue(aCatalogue(many));
    expect(report.products).toBe(120);
  });
});

describe('the database itself', () => {
  let shop: Shop;
  beforeAll(async () => {
    const tree = [aCategory('a'), aCategory('b', { parentId: categoryOf('a') })];
    shop = await aShop(aCatalogue([aProduct('lamp', { categoryId: categoryOf('a') })], { 'LAMP-1': 2 }, tree));
  });

  it.each([
    ['a category below itself', `UPDATE category SET parent_id = '${categoryOf('b')}' WHERE slug = 'a'`],
    [
      'a fourth level',
      `INSERT INTO category (id, slug, texts, parent_id, depth, parent_depth, position) VALUES ('x', 'x', '{}', '${categoryOf('b')}', 4, 3, 0)`,
    ],
    ['a level that is not its parent’s plus one', `UPDATE category SET depth = 3, parent_depth = 2 WHERE slug = 'b'`],
    ['a negative price', `UPDATE product_variant SET prices = '{"KRW": -1}'`],
    ['more promised than there is', `UPDATE stock_level SET reserved = 3`],
    ['less than nothing', `UPDATE stock_level SET on_hand = -1`],
    [
      'a movement without a cause',
      `INSERT INTO stock_movement SELECT 'm', variant_id, 'RECEIPT', 1, NULL, NULL, now() FROM stock_level`,
    ],
    [
      'a sale without a reservation',
      `INSERT INTO stock_movement SELECT 'm', variant_id, 'SALE', 1, NULL, 'gift', now() FROM stock_level`,
    ],
    ['a change of the ledger', `UPDATE stock_movement SET quantity = 9`],
    ['a deletion from the ledger', `DELETE FROM stock_movement`],
    ['a slug with a blank', `UPDATE product SET slug = 'a b'`],
    ['a slug in capitals', `UPDATE category SET slug = 'A' WHERE slug = 'a'`],
    ['an emptied ledger', `TRUNCATE stock_movement`],
  ])('refuses %s', async (_, sql) => {
    await expect(shop.prisma.$executeRawUnsafe(sql)).rejects.toThrow(/constraint|append-only/);
  });
});
