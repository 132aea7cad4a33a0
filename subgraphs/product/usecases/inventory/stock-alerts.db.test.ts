/** Those who wait for a variant: who is told, when, and how often. */
import { describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { aCatalogue, anAttempt, aProduct, aVariant, release, reserve, variantOf } from '#kit/product/builders.ts';
import { aShopThatSellsOut } from '#kit/product/selling-out.ts';
import { until } from '#kit/vitest/until.ts';
import { mostAlertsPerCustomer } from '../../domain/inventory/availability.ts';

const shop = await aShopThatSellsOut();
const { slugOf, save, sell, receive, wait, waitsFor, published, waitingForLocks, told } = shop;

/** A transaction that holds a lock while others work. */
const patiently = { timeout: 30_000 };

describe('who waits', () => {
  it('is told once, with what the variant is called, and waits no more', async () => {
    const sku = await sell({ title: { en: 'Red', ko: '빨강' } });
    const [ada, guest] = [newId('User'), newId('Guest')];
    expect(await wait(ada, sku)).toEqual({ ok: true, value: variantOf(sku) });
    shop.advance(1_000);
    await wait(guest, sku);
    await wait(ada, sku);
    expect(await waitsFor(ada)).toEqual([variantOf(sku)]);
    await shop.commands.watchAvailability();
    expect(await told(sku)).toEqual([]);
    await receive(sku, 3);
    await shop.commands.watchAvailability();
    expect(await told(sku)).toMatchObject([
      { slug: slugOf(sku), variantTitles: { en: 'Red', ko: '빨강' }, customerIds: [ada, guest] },
    ]);
    expect(await waitsFor(ada)).toEqual([]);
    await receive(sku, 3);
    await shop.commands.watchAvailability();
    expect(await told(sku)).toHaveLength(1);
  });

  it('is told once by a variant that sells out and comes back many times', async () => {
    const sku = await sell();
    const ada = newId('User');
    await wait(ada, sku);
    await receive(sku, 1);
    for (let n = 0; n < 20; n++) {
      const attempt = anAttempt();
      await shop.commands.reserveStock(reserve(attempt, [{ sku, quantity: 1 }]));
      await shop.commands.releaseStock(release(attempt));
      if (n % 5 === 0) await Promise.all([shop.commands.watchAvailability(), shop.commands.watchAvailability()]);
    }
    await shop.commands.watchAvailability();
    expect((await told(sku)).map(({ customerIds }) => customerIds)).toEqual([[ada]]);
    expect(await published('stock.low', sku)).toHaveLength(1);
  });

  it('is not told of units that others have bought by then', async () => {
    const sku = await sell();
    const ada = newId('User');
    await wait(ada, sku);
    await receive(sku, 1);
    await shop.commands.reserveStock(reserve(anAttempt(), [{ sku, quantity: 1 }]));
    await shop.commands.watchAvailability();
    expect(await told(sku)).toEqual([]);
    expect(await waitsFor(ada)).toEqual([variantOf(sku)]);
  });

  it('for what is in stock is told so at once; for what is not on sale, that there is no such thing', async () => {
    const ada = newId('User');
    const [inStock, draft, archived] = [
      ...[await sell(), await sell({}, { status: 'DRAFT' }), await sell({ isArchived: true })],
    ] as const;
    await receive(inStock, 1);
    expect(await wait(ada, inStock)).toMatchObject({ ok: false, failure: { kind: 'AlreadyInStock' } });
    expect(await wait(ada, await sell({ stockPolicy: 'UNTRACKED' }))).toMatchObject({ ok: false });
    for (const sku of [draft, archived, 'NO-SUCH-SKU'])
      await expect(wait(ada, sku)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await waitsFor(ada)).toEqual([]);
  });

  it('who asks while the units come in is told: what came in after they had looked, too', async () => {
    const sku = await sell();
    const ada = newId('User');
    const asked = await shop.prisma.$transaction(async (tx) => {
      // Between their look at the stock and their alert.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`stock-alerts-of:${ada}`}, 0))`;
      const asking = wait(ada, sku);
      await until('they wait for the lock', async () => (await waitingForLocks()) > 0);
      await receive(sku, 1);
      await shop.commands.watchAvailability();
      return { asking };
    }, patiently);
    expect(await asked.asking).toMatchObject({ ok: true });
    await shop.commands.watchAvailability();
    expect(await told(sku)).toMatchObject([{ customerIds: [ada] }]);
  });

  it('is told by one process at a time: another one leaves everything as it is', async () => {
    const sku = await sell();
    await wait(newId('User'), sku);
    await receive(sku, 1);
    await shop.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('watch availability', 0))`;
      expect(await shop.commands.watchAvailability()).toBe(0);
    }, patiently);
    expect(await told(sku)).toEqual([]);
    expect(await shop.commands.watchAvailability()).toBeGreaterThan(0);
    expect(await told(sku)).toHaveLength(1);
  });

  it('for a product that is taken from sale meanwhile is told when it is published again', async () => {
    const sku = await sell();
    const ada = newId('User');
    await wait(ada, sku);
    await save(sku, {}, { status: 'ARCHIVED' });
    await receive(sku, 2);
    await shop.commands.watchAvailability();
    expect(await told(sku)).toEqual([]);
    await save(sku, {}, { status: 'PUBLISHED' });
    await shop.commands.watchAvailability();
    expect(await told(sku)).toMatchObject([{ customerIds: [ada] }]);
  });

  it('for a variant that is not counted any more is told', async () => {
    const sku = await sell();
    await wait(newId('User'), sku);
    await save(sku, { stockPolicy: 'UNTRACKED' });
    await shop.commands.watchAvailability();
    expect(await told(sku)).toHaveLength(1);
  });

  it('on backorder waits until there are units: that it can be ordered they know', async () => {
    const sku = await sell({ stockPolicy: 'BACKORDER' });
    await wait(newId('User'), sku);
    await shop.commands.watchAvailability();
    expect(await told(sku)).toEqual([]);
    await receive(sku, 1);
    await shop.commands.watchAvailability();
    expect(await told(sku)).toHaveLength(1);
  });

  it('takes it back', async () => {
    const sku = await sell();
    const ada = newId('User');
    await wait(ada, sku);
    const command = { customerId: ada, variantId: variantOf(sku), idempotencyKey: undefined };
    for (let times = 1; times <= 2; times++)
      expect(await shop.commands.stopNotifyingWhenInStock(command)).toMatchObject({ ok: true });
    await receive(sku, 1);
    await shop.commands.watchAvailability();
    expect(await told(sku)).toEqual([]);
  });

  it('waits for a hundred at most, also when all are asked for at once', async () => {
    const ada = newId('User');
    const skus = Array.from({ length: mostAlertsPerCustomer + 3 }, (_, n) => `CROWD-${n}`);
    await shop.commands.importCatalogue(
      aCatalogue(
        [0, 1].map((half) =>
          aProduct(`crowd-${half}`, { variants: skus.filter((_, n) => n % 2 === half).map((sku) => aVariant(sku)) }),
        ),
      ),
    );
    const [before, now] = [skus.slice(0, mostAlertsPerCustomer - 2), skus.slice(mostAlertsPerCustomer - 2)];
    await shop.prisma.stockAlert.createMany({
      data: before.map((sku) => ({ variantId: variantOf(sku), customerId: ada, createdAt: new Date() })),
    });
    const asked = await Promise.all(now.map((sku) => wait(ada, sku)));
    expect(asked.filter(({ ok }) => ok)).toHaveLength(2);
    expect(asked.find(({ ok }) => !ok)).toMatchObject({ failure: { kind: 'TooManyStockAlerts', maximum: 100 } });
    // What one waits for already is not one more.
    expect(await wait(ada, before[0] ?? '')).toMatchObject({ ok: true });
    // Whoever waited as a guest, too, may wait for more; the list has the newest hundred.
    await shop.prisma.stockAlert.createMany({
      data: skus.map((sku) => ({ variantId: variantOf(sku), customerId: ada, createdAt: new Date() })),
      skipDuplicates: true,
    });
    expect(await shop.app.reads.stockAlerts(ada)).toHaveLength(mostAlertsPerCustomer);
  });

  it('are many: they are told in messages of five hundred, those who asked first first, as long as there are some', async () => {
    const sku = await sell();
    await shop.prisma.stockAlert.createMany({
      data: Array.from({ length: 1_234 }, (_, n) => ({
        ...{ variantId: variantOf(sku), customerId: newId('Guest'), createdAt: new Date(n * 1_000) },
      })),
    });
    const inOrder = await shop.prisma.stockAlert.findMany({
      where: { variantId: variantOf(sku) },
      orderBy: { createdAt: 'asc' },
    });
    await receive(sku, 1);
    await shop.commands.watchAvailability();
    const batches = (await told(sku)).map(({ customerIds }) => customerIds);
    expect(batches.map(({ length }) => length)).toEqual([500, 500, 234]);
    expect(batches.flat()).toEqual(inOrder.map(({ customerId }) => customerId));
  });

  it('loses nothing when the process dies before its transaction has committed', async () => {
    const sku = await sell();
    const ada = newId('User');
    await wait(ada, sku);
    await receive(sku, 1);
    await shop.prisma
      .$executeRaw`ALTER TABLE outbox_message ADD CONSTRAINT no_news CHECK (type <> 'product.back-in-stock') NOT VALID`;
    await expect(shop.commands.watchAvailability()).rejects.toThrow('no_news');
    expect(await waitsFor(ada)).toEqual([variantOf(sku)]);
    await shop.prisma.$executeRaw`ALTER TABLE outbox_message DROP CONSTRAINT no_news`;
    await shop.commands.watchAvailability();
    expect(await told(sku)).toMatchObject([{ customerIds: [ada] }]);
  });

  it('for half a year has it forgotten', async () => {
    const sku = await sell();
    const ada = newId('User');
    await wait(ada, sku);
    await shop.prisma.stockAlert.updateMany({ where: { customerId: ada }, data: { createdAt: new Date(0) } });
    expect(await shop.commands.forgetOldAlerts()).toBe(1);
    expect(await waitsFor(ada)).toEqual([]);
  });
});
