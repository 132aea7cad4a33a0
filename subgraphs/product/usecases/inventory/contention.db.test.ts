/** What must hold whatever comes, in whatever order and at the same time. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { anAttempt, commit, release, reserve } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await aShop();
});

const outcomes = async (attempts: ReturnType<typeof anAttempt>[]) =>
  Map.groupBy((await Promise.all(attempts.map((attempt) => shop.replies(attempt)))).flat(), ({ type }) => type);

describe('the inventory', () => {
  it('holds the last unit for exactly one of 50 buyers who come at once', async () => {
    const [unit = ''] = await shop.stock(1);
    const attempts = Array.from({ length: 50 }, anAttempt);
    await Promise.all(
      attempts.map((attempt) => shop.commands.reserveStock(reserve(attempt, [{ sku: unit, quantity: 1 }]))),
    );
    const answers = await outcomes(attempts);
    expect(answers.get('stock.reserved')).toHaveLength(1);
    expect(answers.get('stock.rejected')).toHaveLength(49);
    expect(answers.get('stock.rejected')?.every(({ reason }) => reason === 'INSUFFICIENT_STOCK')).toBe(true);
    expect(await shop.level(unit)).toEqual({ onHand: 1, reserved: 1 });
    expect(await shop.violations()).toEqual([]);
  });

  it('does not lock up when orders name the same variants the other way round', async () => {
    const [a = '', b = ''] = await shop.stock(20, 20);
    const attempts = Array.from({ length: 40 }, anAttempt);
    const lines = [
      { sku: a, quantity: 1 },
      { sku: b, quantity: 1 },
    ];
    await Promise.all(
      attempts.map((attempt, n) => shop.commands.reserveStock(reserve(attempt, n % 2 ? lines : lines.toReversed()))),
    );
    const { deadlocks } = (
      await shop.prisma.$queryRaw<[{ deadlocks: number }]>`
        SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`
    )[0];
    expect(deadlocks).toBe(0);
    expect((await outcomes(attempts)).get('stock.reserved')).toHaveLength(20);
    expect(await shop.level(a)).toEqual({ onHand: 20, reserved: 20 });
  });

  it('adds up after any mix of requests, in any order and at the same time', async () => {
    const request = fc.record({
      what: fc.constantFrom('reserve', 'commit', 'release', 'expire', 'advance'),
      attempt: fc.nat(2),
      lines: fc.array(fc.record({ variant: fc.nat(1), quantity: fc.integer({ min: 1, max: 3 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
    });
    /** Each inner list is sent at once, one list after the other. */
    const bursts = fc.array(fc.array(request, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

    await fc.assert(
      fc.asyncProperty(bursts, async (sequence) => {
        const skus = await shop.stock(4, 2);
        const attempts = Array.from({ length: 3 }, anAttempt);
        const send = async ({ what, attempt: index, lines }: (typeof sequence)[number][number]) => {
          const attempt = attempts[index] ?? anAttempt();
          const { reserveStock, commitStock, releaseStock, expireReservations } = shop.commands;
          if (what === 'commit') return await commitStock(commit(attempt));
          if (what === 'release') return await releaseStock(release(attempt));
          if (what === 'expire') return await expireReservations(10);
          if (what === 'advance') return shop.advance(1_000);
          const wanted = lines.map(({ variant, quantity }) => ({ sku: skus[variant] ?? '', quantity }));
          await reserveStock(reserve(attempt, wanted, 500));
        };
        for (const burst of sequence) await Promise.all(burst.map(send));
        expect(await shop.violations()).toEqual([]);

        // Undone in the end, everything is as it was.
        for (const attempt of attempts) await shop.commands.releaseStock(release(attempt));
        const [first = '', second = ''] = skus;
        expect(await shop.level(first)).toEqual({ onHand: 4, reserved: 0 });
        expect(await shop.level(second)).toEqual({ onHand: 2, reserved: 0 });
        expect(await shop.violations()).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
