/** How a reservation ends: sold, given back, or run out. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { skewMs, withClockAhead } from '#kit/postgres/skewed-clock.ts';
import { anAttempt, commit, release, reserve } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';

const minute = 60_000;
let shop: Shop;
let lamp = '';

beforeAll(async () => {
  shop = await aShop();
});

beforeEach(async () => {
  [lamp = ''] = await shop.stock(5);
});

const reserveStock: Shop['commands']['reserveStock'] = (message) => shop.commands.reserveStock(message);
const types = async (attempt: ReturnType<typeof anAttempt>) => (await shop.replies(attempt)).map(({ type }) => type);

describe('stock.commit', () => {
  it('sells the units once, however often it comes', async () => {
    const attempt = anAttempt();
    await reserveStock(reserve(attempt, [{ sku: lamp, quantity: 2 }]));
    await Promise.all([1, 2, 3].map(() => shop.commands.commitStock(commit(attempt))));
    expect(await shop.level(lamp)).toEqual({ onHand: 3, reserved: 0 });
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5', 'RESERVATION 2', 'SALE 2']);
    expect(await types(attempt)).toEqual(['stock.reserved', ...Array(3).fill('stock.committed')]);
  });

  it('fails for an attempt that nobody reserved, and leaves no trace of it', async () => {
    const attempt = anAttempt();
    await shop.commands.commitStock(commit(attempt));
    expect(await shop.replies(attempt)).toMatchObject([{ type: 'stock.commit-failed', reason: 'UNKNOWN' }]);
    await reserveStock(reserve(attempt, [{ sku: lamp, quantity: 1 }]));
    expect(await types(attempt)).toEqual(['stock.commit-failed', 'stock.reserved']);
  });

  it('still goes through when the time is up but nobody has swept yet', async () => {
    const attempt = anAttempt();
    await reserveStock(reserve(attempt, [{ sku: lamp, quantity: 1 }], minute));
    shop.advance(2 * minute);
    await shop.commands.commitStock(commit(attempt));
    expect(await types(attempt)).toEqual(['stock.reserved', 'stock.committed']);
    expect(await shop.level(lamp)).toEqual({ onHand: 4, reserved: 0 });
  });
});

describe('stock.release', () => {
  it('gives a reservation back, once', async () => {
    const attempt = anAttempt();
    await reserveStock(reserve(attempt, [{ sku: lamp, quantity: 2 }]));
    await Promise.all([1, 2, 3].map(() => shop.commands.releaseStock(release(attempt))));
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 0 });
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5', 'RESERVATION 2', 'RELEASE 2']);
    expect(await types(attempt)).toEqual(['stock.reserved', ...Array(3).fill('stock.released')]);
  });

  it('takes a sale back into the stock, once', async () => {
    const attempt = anAttempt();
    await reserveStock(reserve(attempt, [{ sku: lamp, quantity: 2 }]));
    await shop.commands.commitStock(commit(attempt));
    await Promise.all([1, 2].map(() => shop.commands.releaseStock(release(attempt))));
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 0 });
    expect(await shop.movements(lamp)).toEqual(['RECEIPT 5', 'RESERVATION 2', 'SALE 2', 'RETURN 2']);
    await shop.commands.commitStock(commit(attempt));
    expect((await shop.replies(attempt)).at(-1)).toMatchObject({ type: 'stock.commit-failed', reason: 'RELEASED' });
  });

  it('that overtakes its reserve makes the reserve hold nothing', async () => {
    const attempt = anAttempt();
    await shop.commands.releaseStock(release(attempt));
    await reserveStock(reserve(attempt, [{ sku: lamp, quantity: 1 }]));
    expect(await shop.replies(attempt)).toMatchObject([
      { type: 'stock.released' },
      { type: 'stock.rejected', reason: 'WITHDRAWN', lines: [] },
    ]);
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 0 });
  });

  it('at the same moment as its reserve leaves nothing held', async () => {
    const attempts = Array.from({ length: 10 }, anAttempt);
    await Promise.all(
      attempts.flatMap((attempt) => [
        reserveStock(reserve(attempt, [{ sku: lamp, quantity: 1 }])),
        shop.commands.releaseStock(release(attempt)),
      ]),
    );
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 0 });
  });
});

describe('the sweep', () => {
  it('releases expired reservations, and nothing else', async () => {
    const [old, fresh, sold] = [anAttempt(), anAttempt(), anAttempt()];
    await reserveStock(reserve(old, [{ sku: lamp, quantity: 1 }], minute));
    await reserveStock(reserve(fresh, [{ sku: lamp, quantity: 1 }], 600 * minute));
    await reserveStock(reserve(sold, [{ sku: lamp, quantity: 1 }], minute));
    await shop.commands.commitStock(commit(sold));
    shop.advance(2 * minute);
    await Promise.all([shop.commands.expireReservations(10), shop.commands.expireReservations(10)]);
    expect(await shop.level(lamp)).toEqual({ onHand: 4, reserved: 1 });
    await shop.commands.commitStock(commit(old));
    expect((await shop.replies(old)).at(-1)).toMatchObject({ type: 'stock.commit-failed', reason: 'EXPIRED' });
    await shop.commands.releaseStock(release(old));
    expect((await shop.replies(old)).at(-1)).toMatchObject({ type: 'stock.released' });
    expect(await shop.movements(lamp)).toEqual([
      'RECEIPT 5',
      'RESERVATION 1',
      'RESERVATION 1',
      'RESERVATION 1',
      'SALE 1',
      'RELEASE 1',
    ]);
  });

  it.each([
    ['ahead', skewMs],
    ['behind', -skewMs],
  ])('uses the clock of the database where that of the process is a minute %s', async (_, aheadMs) => {
    const [own, others] = [anAttempt(), anAttempt()];
    await withClockAhead(aheadMs, () => reserveStock(reserve(own, [{ sku: lamp, quantity: 1 }], minute)));
    await reserveStock(reserve(others, [{ sku: lamp, quantity: 1 }], minute));
    const sweep = () => withClockAhead(aheadMs, () => shop.commands.expireReservations(10));
    expect([await shop.commands.expireReservations(10), await sweep()]).toEqual([0, 0]);
    shop.advance(minute);
    expect(await sweep()).toBe(2);
  });

  it('takes no more than its limit, and the rest the next time', async () => {
    const attempts = Array.from({ length: 5 }, anAttempt);
    for (const attempt of attempts) await reserveStock(reserve(attempt, [{ sku: lamp, quantity: 1 }], 1));
    shop.advance(minute);
    expect(await shop.commands.expireReservations(3)).toBe(3);
    expect(await shop.level(lamp)).toEqual({ onHand: 5, reserved: 2 });
    expect(await shop.commands.expireReservations(3)).toBe(2);
  });
});
