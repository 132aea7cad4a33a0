import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { aCatalogue, anAttempt, aProduct, release, reserve, tenEuros, variantOf } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { stockStore } from '../../adapters/inventory/stock-store.ts';
import { mainLocation } from '../../domain/inventory/location.ts';

let shop: Shop;
let [lamp, rope] = ['', ''];

beforeAll(async () => {
  shop = await aShop();
});

beforeEach(async () => {
  [lamp = '', rope = ''] = await shop.stock(5, 1);
});

const reserveStock: Shop['commands']['reserveStock'] = (message) => shop.commands.reserveStock(message);
const types = async (attempt: ReturnType<typeof anAttempt>) => (await shop.replies(attempt)).map(({ type }) => type);

describe('stock.reserve', () => {
  it('holds all lines and replies until when', async () => {
    const attempt = anAttempt();
    await reserveStock(
      reserve(attempt, [
        { sku: rope, quantity: 1 },
        { sku: lamp, quantity: 2 },
        { sku: lamp, quantity: 1 },
      ]),
    );
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 3 });
    expect(await shop.level(rope)).toEqual({ onHand: 1, reserved: 1 });
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5', 'RESERVATION 3']);
    expect(await types(attempt)).toEqual(['stock.reserved']);
  });

  it('holds nothing when one line is short, and names the short ones', async () => {
    const attempt = anAttempt();
    await reserveStock(
      reserve(attempt, [
        { sku: lamp, quantity: 6 },
        { sku: rope, quantity: 1 },
      ]),
    );
    expect(await shop.level(rope)).toEqual({ onHand: 1, reserved: 0 });
    expect(await shop.replies(attempt)).toMatchObject([
      {
        type: 'stock.rejected',
        reason: 'INSUFFICIENT_STOCK',
        lines: [{ variantId: variantOf(lamp), requested: 6, available: 5, currentPrice: tenEuros }],
      },
    ]);
  });

  it('reserves nothing at an outdated price, and nothing that is not for sale', async () => {
    const [stale, unpublished] = [anAttempt(), anAttempt()];
    await shop.commands.importCatalogue(aCatalogue([aProduct('draft', { status: 'DRAFT' })], { 'DRAFT-1': 9 }));
    await reserveStock(reserve(stale, [{ sku: lamp, quantity: 1, unitPrice: money(1, 'EUR') }]));
    await reserveStock(
      reserve(unpublished, [
        { sku: 'DRAFT-1', quantity: 1 },
        { sku: 'NO-SUCH-SKU', quantity: 1 },
      ]),
    );
    expect(await shop.replies(stale)).toMatchObject([{ reason: 'PRICE_CHANGED', lines: [{ currentPrice: tenEuros }] }]);
    expect(await shop.replies(unpublished)).toMatchObject([
      {
        reason: 'UNAVAILABLE',
        lines: [
          { available: 0, currentPrice: null },
          { available: 0, currentPrice: null },
        ],
      },
    ]);
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 0 });
  });

  it('does nothing at all when the same message comes again', async () => {
    const attempt = anAttempt();
    const message = reserve(attempt, [{ sku: lamp, quantity: 1 }]);
    await Promise.all([reserveStock(message), reserveStock(message), reserveStock(message)]);
    expect(await types(attempt)).toEqual(['stock.reserved']);
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 1 });
  });

  it('answers a second request of one attempt without holding again, also at the same moment', async () => {
    const attempt = anAttempt();
    await Promise.all([1, 2, 3, 4].map(() => reserveStock(reserve(attempt, [{ sku: lamp, quantity: 1 }]))));
    expect(await types(attempt)).toEqual(Array(4).fill('stock.reserved'));
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 1 });
  });

  it('stays with a rejection when there is stock by the time it is asked again', async () => {
    const [first, second] = [anAttempt(), anAttempt()];
    await reserveStock(reserve(first, [{ sku: rope, quantity: 1 }]));
    await reserveStock(reserve(second, [{ sku: rope, quantity: 1 }]));
    await shop.commands.releaseStock(release(first));
    await reserveStock(reserve(second, [{ sku: rope, quantity: 1 }]));
    const rejection = { type: 'stock.rejected', reason: 'INSUFFICIENT_STOCK', lines: [{ requested: 1, available: 0 }] };
    expect(await shop.replies(second)).toMatchObject([rejection, rejection]);
    expect(await shop.level(rope)).toEqual({ onHand: 1, reserved: 0 });
  });
});

describe('the stock itself', () => {
  const move = (kind: 'RESERVATION' | 'RELEASE' | 'SALE', quantity: number) =>
    shop.prisma.$transaction((tx) =>
      stockStore(tx, { now: new Date(), newId, lowStockThreshold: 5 }).record([
        { kind, attemptId: anAttempt(), variantId: variantOf(lamp), location: mainLocation, quantity },
      ]),
    );

  it.each([
    ['RESERVATION', 6],
    ['RELEASE', 1],
    ['SALE', 1],
  ] as const)('takes no %s that does not fit, also when nobody looked before', async (kind, quantity) => {
    await expect(move(kind, quantity)).rejects.toThrow('not fit the stock');
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 0 });
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5']);
  });
});
