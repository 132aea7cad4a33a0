/** Stock policies: what is sold beyond the stock, and what has none; and that the books stay right whatever changes meanwhile. */
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AttemptId, newId } from '#contracts/ids.ts';
import {
  aCatalogue,
  anAttempt,
  aProduct,
  aVariant,
  commit,
  release,
  reserve,
  variantOf,
} from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { somebody } from '#kit/user/viewers.ts';
import { type StockPolicy, stockPolicies } from '../../domain/catalogue/product.ts';

let shop: Shop;
let made = 0;
let [lamp, ebook] = ['', ''];

const staff = somebody('STAFF');

/** A variant of a product of its own; returns its sku. */
const sell = async (stockPolicy: StockPolicy, units = 0): Promise<string> => {
  const slug = `item-${++made}`;
  const sku = `${slug.toUpperCase()}-1`;
  const product = aProduct(slug, { variants: [aVariant(sku, { stockPolicy })] });
  await shop.commands.importCatalogue(aCatalogue([product], { [sku]: units }));
  return sku;
};

const recount = async (sku: string, stockPolicy: StockPolicy) => {
  const slug = sku.toLowerCase().replace(/-1$/, '');
  await shop.commands.importCatalogue(aCatalogue([aProduct(slug, { variants: [aVariant(sku, { stockPolicy })] })]));
};

const receive = async (sku: string, quantity: number) => {
  const reference = newId('Message');
  const command = { by: staff, idempotencyKey: reference, reference, location: undefined };
  await shop.commands.receiveStock({ ...command, variantId: variantOf(sku), quantity });
};

const buy = async (sku: string, quantity: number): Promise<AttemptId> => {
  const attempt = anAttempt();
  await shop.commands.reserveStock(reserve(attempt, [{ sku, quantity }]));
  return attempt;
};
const bought = async (sku: string, quantity: number): Promise<AttemptId> => {
  const attempt = await buy(sku, quantity);
  await shop.commands.commitStock(commit(attempt));
  return attempt;
};
const level = async (sku: string) => {
  const row = await shop.prisma.stockLevel.findFirstOrThrow({ where: { variantId: variantOf(sku) } });
  return [row.onHand, row.reserved, row.backordered];
};
const types = async (attempt: AttemptId) => (await shop.replies(attempt)).map(({ type }) => type);
const watchAvailability = () => shop.commands.watchAvailability();
const commitStock: Shop['commands']['commitStock'] = (message) => shop.commands.commitStock(message);
const releaseStock: Shop['commands']['releaseStock'] = (message) => shop.commands.releaseStock(message);

beforeAll(async () => {
  shop = await aShop();
});
beforeEach(async () => {
  [lamp, ebook] = [await sell('BACKORDER', 2), await sell('UNTRACKED')];
});

describe('a variant on backorder', () => {
  it('is sold beyond the stock: what is there is reserved, the rest is owed', async () => {
    const attempt = await buy(lamp, 5);
    expect(await types(attempt)).toEqual(['stock.reserved']);
    expect(await level(lamp)).toEqual([2, 2, 3]);
    await commitStock(commit(attempt));
    expect(await types(attempt)).toEqual(['stock.reserved', 'stock.committed']);
    expect(await level(lamp)).toEqual([0, 0, 3]);
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 2', 'RESERVATION 2', 'BACKORDER 3', 'SALE 2']);
  });

  it('gives what comes in to the paid orders that wait, the oldest first, whole lines only', async () => {
    const [first, second, third] = [await bought(lamp, 5), await bought(lamp, 4), await bought(lamp, 1)];
    await receive(lamp, 6);
    await watchAvailability();
    // 3 of the first; 4 are missing for the second, and the third waits behind it.
    expect(await level(lamp)).toEqual([3, 0, 5]);
    await receive(lamp, 1);
    await watchAvailability();
    expect(await level(lamp)).toEqual([0, 0, 1]);
    const sources = await shop.prisma.reservationLine.findMany({
      where: { attemptId: { in: [first, second, third] }, source: { not: 'STOCK' } },
      orderBy: { attemptId: 'asc' },
    });
    expect(sources.map(({ source }) => source)).toEqual(['BACKORDER_FILLED', 'BACKORDER_FILLED', 'BACKORDER']);
    expect(await shop.violations()).toEqual([]);
  });

  it('keeps what has come in for those who wait: nobody else buys it from under them', async () => {
    await bought(lamp, 5);
    await recount(lamp, 'TRACKED');
    await receive(lamp, 3);
    const late = await buy(lamp, 1);
    expect(await shop.replies(late)).toMatchObject([{ reason: 'INSUFFICIENT_STOCK', lines: [{ available: 0 }] }]);
    await receive(lamp, 1);
    expect(await types(await buy(lamp, 1))).toEqual(['stock.reserved']);
  });

  it('fills no order that is not paid, and fills it once it is, even if nothing else moves then', async () => {
    const empty = await sell('BACKORDER');
    const attempt = await buy(empty, 3);
    await receive(empty, 3);
    await watchAvailability();
    expect(await level(empty)).toEqual([3, 0, 3]);
    await commitStock(commit(attempt));
    await watchAvailability();
    expect(await level(empty)).toEqual([0, 0, 0]);
    expect(await shop.movements(empty)).toEqual(['BACKORDER 3', 'RECEIPT 3', 'BACKORDER_FILL 3']);
  });

  it.each([
    ['before it is paid', false, false, ['RELEASE 2', 'BACKORDER_RELEASE 3'], [2, 0, 0]],
    ['after it is paid', true, false, ['SALE 2', 'RETURN 2', 'BACKORDER_RELEASE 3'], [2, 0, 0]],
    ['after it was filled', true, true, ['SALE 2', 'RECEIPT 3', 'BACKORDER_FILL 3', 'RETURN 5'], [5, 0, 0]],
  ] as const)('is given back %s, once', async (_, isPaid, isFilled, movements, expected) => {
    const attempt = await buy(lamp, 5);
    if (isPaid) await commitStock(commit(attempt));
    if (isFilled) {
      await receive(lamp, 3);
      await watchAvailability();
    }
    await Promise.all([1, 2, 3].map(() => releaseStock(release(attempt))));
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 2', 'RESERVATION 2', 'BACKORDER 3', ...movements]);
    expect(await level(lamp)).toEqual(expected);
  });

  it('that expires owes nothing any more', async () => {
    const attempt = anAttempt();
    await shop.commands.reserveStock(reserve(attempt, [{ sku: lamp, quantity: 5 }], 1));
    shop.advance(1_000);
    await shop.commands.expireReservations(10);
    expect(await level(lamp)).toEqual([2, 0, 0]);
    await receive(lamp, 9);
    await watchAvailability();
    expect(await level(lamp)).toEqual([11, 0, 0]);
  });

  it('is filled or given back, never both, when both come at the same moment', async () => {
    const attempts: AttemptId[] = [];
    for (let n = 0; n < 12; n++) attempts.push(await bought(lamp, 2));
    await receive(lamp, 12);
    await Promise.all([watchAvailability(), ...attempts.map((attempt) => releaseStock(release(attempt)))]);
    await watchAvailability();
    expect(await level(lamp)).toEqual([14, 0, 0]);
    expect(await shop.violations()).toEqual([]);
  });

  it('fills many in several transactions, each of a bounded size', async () => {
    const many = await sell('BACKORDER');
    for (let round = 0; round < 6; round++) await Promise.all(Array.from({ length: 10 }, () => bought(many, 1)));
    await receive(many, 100);
    await watchAvailability();
    expect(await level(many)).toEqual([40, 0, 0]);
    const fills = await shop.prisma.$queryRaw<{ lines: number }[]>`
      SELECT count(*)::int AS lines FROM stock_movement
       WHERE variant_id = ${variantOf(many)} AND kind = 'BACKORDER_FILL' GROUP BY xmin::text ORDER BY 1`;
    expect(fills.map(({ lines }) => lines)).toEqual([10, 50]);
  });
});

describe('a variant that nobody counts', () => {
  it('is sold without stock, and moves none', async () => {
    const attempt = await bought(ebook, 1_000);
    expect(await types(attempt)).toEqual(['stock.reserved', 'stock.committed']);
    await releaseStock(release(attempt));
    expect(await level(ebook)).toEqual([0, 0, 0]);
    expect(await shop.movements(ebook)).toEqual([]);
  });

  it('is sold to everybody at once: nobody waits for a lock of its stock', async () => {
    await shop.prisma.$transaction(
      async (tx) => {
        await tx.$executeRaw`SELECT FROM stock_level WHERE variant_id = ${variantOf(ebook)} FOR NO KEY UPDATE`;
        expect(await types(await buy(ebook, 1))).toEqual(['stock.reserved']);
      },
      { timeout: 30_000 },
    );
  });

  it('is still refused at an old price, and names what was wanted as available', async () => {
    const attempt = anAttempt();
    const unitPrice = { amount: 1, currency: 'EUR' } as const;
    await shop.commands.reserveStock(reserve(attempt, [{ sku: ebook, quantity: 7, unitPrice }]));
    expect(await shop.replies(attempt)).toMatchObject([{ reason: 'PRICE_CHANGED', lines: [{ available: 7 }] }]);
  });
});

describe('a policy that changes while units are promised', () => {
  it.each([
    ['TRACKED', 'UNTRACKED'],
    ['UNTRACKED', 'TRACKED'],
    ['BACKORDER', 'TRACKED'],
    ['BACKORDER', 'UNTRACKED'],
  ] as const)('from %s to %s ends each reservation as it began', async (from, to) => {
    const sku = await sell(from, 4);
    const [sold, given] = [await buy(sku, 3), await buy(sku, 1)];
    const before = await level(sku);
    await recount(sku, to);
    const between = await buy(sku, 1);
    await commitStock(commit(sold));
    await releaseStock(release(given));
    await releaseStock(release(between));
    await recount(sku, from);
    expect(await level(sku)).toEqual(from === 'UNTRACKED' ? before : [1, 0, 0]);
    expect(await shop.violations()).toEqual([]);
  });
});

it('adds up after any mix of requests, receipts and policies, in any order and at the same time', async () => {
  const request = fc.record({
    what: fc.constantFrom('reserve', 'reserve', 'commit', 'release', 'expire', 'advance', 'receive', 'watch', 'policy'),
    attempt: fc.nat(3),
    policy: fc.constantFrom(...stockPolicies),
    quantity: fc.integer({ min: 1, max: 4 }),
  });
  const bursts = fc.array(fc.array(request, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(bursts, async (sequence) => {
      const sku = await sell('BACKORDER', 3);
      const attempts = Array.from({ length: 4 }, anAttempt);
      const send = async ({ what, attempt: index, policy, quantity }: (typeof sequence)[number][number]) => {
        const attempt = attempts[index] ?? anAttempt();
        if (what === 'commit') return await commitStock(commit(attempt));
        if (what === 'release') return await releaseStock(release(attempt));
        if (what === 'expire') return await shop.commands.expireReservations(10);
        if (what === 'advance') return shop.advance(1_000);
        if (what === 'receive') return await receive(sku, quantity);
        if (what === 'watch') return await watchAvailability();
        if (what === 'policy') return await recount(sku, policy);
        await shop.commands.reserveStock(reserve(attempt, [{ sku, quantity }], 500));
      };
      for (const burst of sequence) await Promise.all(burst.map(send));
      expect(await shop.violations()).toEqual([]);
      for (const attempt of attempts) await releaseStock(release(attempt));
      expect((await level(sku)).slice(1)).toEqual([0, 0]);
      expect(await shop.violations()).toEqual([]);
    }),
    { numRuns: 15 },
  );
});
