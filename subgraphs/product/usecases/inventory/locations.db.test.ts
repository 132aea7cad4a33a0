/** Reservations over several locations: from where they draw, and where their units go back to. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anAttempt, commit, release, reserve, variantOf } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';

let shop: Shop;
let lamp = '';

beforeAll(async () => {
  shop = await aShop();
  await shop.prisma.location.createMany({
    data: [
      { code: 'seoul', name: 'Seoul', priority: 2 },
      { code: 'busan', name: 'Busan', priority: 1 },
    ],
  });
});

/** 2 at main, which comes first, then 3 in Busan, 4 in Seoul. */
beforeEach(async () => {
  [lamp = ''] = await shop.stock(2);
  const variantId = variantOf(lamp);
  await shop.prisma.stockLevel.createMany({
    data: [
      { variantId, location: 'seoul', onHand: 4 },
      { variantId, location: 'busan', onHand: 3 },
    ],
  });
});

describe('a reservation', () => {
  it('draws on the locations in the order of priority, and its units return to where they came from', async () => {
    const attempt = anAttempt();
    await shop.commands.reserveStock(reserve(attempt, [{ sku: lamp, quantity: 6 }]));
    expect(await shop.levels(lamp)).toEqual({ main: [2, 2], busan: [3, 3], seoul: [4, 1] });

    await shop.commands.releaseStock(release(attempt));
    expect(await shop.levels(lamp)).toEqual({ main: [2, 0], busan: [3, 0], seoul: [4, 0] });
    expect((await shop.movements(lamp)).toSorted()).toEqual(
      ['RECEIPT 2', 'RESERVATION 2', 'RESERVATION 3 at busan', 'RESERVATION 1 at seoul']
        .concat(['RELEASE 2', 'RELEASE 3 at busan', 'RELEASE 1 at seoul'].toSorted())
        .toSorted(),
    );
  });

  it('that is sold, and given back, moves at the same locations', async () => {
    const attempt = anAttempt();
    await shop.commands.reserveStock(reserve(attempt, [{ sku: lamp, quantity: 4 }]));
    await shop.commands.commitStock(commit(attempt));
    expect(await shop.levels(lamp)).toEqual({ main: [0, 0], busan: [1, 0], seoul: [4, 0] });
    await Promise.all([1, 2, 3].map(() => shop.commands.releaseStock(release(attempt))));
    expect(await shop.levels(lamp)).toEqual({ main: [2, 0], busan: [3, 0], seoul: [4, 0] });
  });

  it('that expires gives back where it drew, whatever the priorities are by then', async () => {
    await shop.commands.reserveStock(reserve(anAttempt(), [{ sku: lamp, quantity: 3 }], 1_000));
    await shop.prisma.location.update({ where: { code: 'seoul' }, data: { priority: 0 } });
    shop.advance(2_000);
    await shop.commands.expireReservations(10);
    await shop.prisma.location.update({ where: { code: 'seoul' }, data: { priority: 2 } });
    expect(await shop.levels(lamp)).toEqual({ main: [2, 0], busan: [3, 0], seoul: [4, 0] });
  });

  it('of more than all of them have is rejected with what they have together', async () => {
    const attempt = anAttempt();
    await shop.commands.reserveStock(reserve(attempt, [{ sku: lamp, quantity: 10 }]));
    expect(await shop.replies(attempt)).toMatchObject([
      { reason: 'INSUFFICIENT_STOCK', lines: [{ requested: 10, available: 9 }] },
    ]);
    expect(await shop.levels(lamp)).toEqual({ main: [2, 0], busan: [3, 0], seoul: [4, 0] });
  });

  it('finds each unit once when 30 buyers come for the nine there are', async () => {
    const attempts = Array.from({ length: 30 }, anAttempt);
    await Promise.all(
      attempts.map((attempt) => shop.commands.reserveStock(reserve(attempt, [{ sku: lamp, quantity: 1 }]))),
    );
    expect(await shop.levels(lamp)).toEqual({ main: [2, 2], busan: [3, 3], seoul: [4, 4] });
  });
});
