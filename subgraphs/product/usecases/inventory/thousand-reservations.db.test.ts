/**
 * A thousand reservations of twenty variants at three locations, at once with everything else that moves stock, from two
 * processes whose connections are killed. A killed one's message comes again, as from the queue. The audit's rules judge.
 */
import { expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { LocationCode } from '#contracts/messages/stock.ts';
import type { Result } from '#contracts/result.ts';
import { anAttempt, commit, release, reserve, variantOf } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { somebody } from '#kit/user/viewers.ts';
import { withClient } from '#platform/database/client.ts';
import { isOutage } from '#platform/resilience/retryable-error.ts';
import { stockStore } from '../../adapters/inventory/stock-store.ts';
import { mainLocation } from '../../domain/inventory/location.ts';
import { connect, createApp } from '../../wiring.ts';

const seed = 20_261_126;
const reservations = 1_000;
const ttlMs = 60_000;
// 24 at a time on two pools of ten: enough to queue for connections, which is where crashes hurt.
const atOnce = 24;
const killEvery = 40;
// 4 of the 20 are sold beyond their stock, so their reservations wait for what comes in.
const onBackorder = 4;

/** Mulberry32: the same numbers on every run. */
const randomNumbers = (start: number) => {
  let state = start;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const upTo = (most: number) => 1 + Math.floor(next() * most);
  return { next, upTo, oneOf: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T };
};

type Job = (commands: Shop['commands'], prisma: ReturnType<typeof connect>) => Promise<unknown>;

const { next, upTo, oneOf } = randomNumbers(seed);
const staff = somebody('STAFF');
const busan = LocationCode.parse('busan');
const seoul = LocationCode.parse('seoul');
const locations = [mainLocation, busan, seoul];

/** One attempt's messages, in the order in which they are sent: mostly its reserve first, now and then overtaken by its release. */
const jobsOfAttempt = (skus: readonly string[]): Job[] => {
  const attempt = anAttempt();
  const lines = Array.from({ length: upTo(4) }, () => ({ sku: oneOf(skus), quantity: upTo(5) }));
  const asked = reserve(attempt, lines, next() < 0.2 ? 1 : ttlMs);
  const [sold, undone] = [commit(attempt), release(attempt)];
  const first: Job = ({ reserveStock }) => reserveStock(asked);
  const second: Job = ({ commitStock }) => commitStock(sold);
  const third: Job = ({ releaseStock }) => releaseStock(undone);
  return oneOf([
    [first, second],
    [first, third],
    [first, second, third],
    [third, first],
    [first, first, second],
    [first],
  ]);
};

/** What staff and the sweep do meanwhile. A key each: a killed one is sent again with it. */
const jobOfStaff = (skus: readonly string[]): Job => {
  const by = { by: staff, idempotencyKey: newId('Message') };
  const of = { variantId: variantOf(oneOf(skus)), reference: newId('Message'), quantity: upTo(6) };
  const [location, other] = [oneOf(locations), oneOf(locations)];
  const adjustment = next() < 0.5 ? { quantity: upTo(9) - 5 || 1 } : { countedUnits: upTo(40) };
  const sweep: Job = ({ expireReservations }) => expireReservations(20);
  return oneOf<Job>([
    ({ receiveStock }) => receiveStock({ ...by, ...of, location }),
    ({ adjustStock }) => adjustStock({ ...by, ...of, location, adjustment, reason: 'Counted' }),
    ({ returnStock }) => returnStock({ ...by, ...of, location, disposition: 'SCRAP', reason: undefined }),
    async ({ transferStock }) => other !== location && transferStock({ ...by, ...of, from: location, to: other }),
    sweep,
    sweep,
    // Gives what has come in to the orders that wait for it.
    ({ watchAvailability }) => watchAvailability(),
    // A process that dies between its movement and its commit.
    (_, prisma) =>
      prisma
        .$transaction(async (tx) => {
          const stock = stockStore(tx, { now: new Date(), newId, lowStockThreshold: 5 });
          await stock.lockLevels([of.variantId]);
          await stock.record([{ ...of, kind: 'RECEIPT', location: mainLocation }]);
          throw new Error('died');
        })
        .catch((error: Error) => {
          if (error.message !== 'died') throw error;
        }),
  ]);
};

/** Kills the connection of a transaction that is under way. */
const kill = (databaseUrl: string) =>
  withClient(databaseUrl, async (client) => {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
        ORDER BY xact_start LIMIT 1`,
    );
    return rowCount ?? 0;
  });

it('sells no unit twice, loses none, and deadlocks never', { timeout: 300_000 }, async () => {
  const shop = await aShop();
  await shop.prisma.location.createMany({
    data: [
      { code: busan, name: 'Busan', priority: 1 },
      { code: seoul, name: 'Seoul', priority: 2 },
    ],
  });
  const skus = await shop.stock(...Array.from({ length: 20 }, () => 20 + upTo(60)));
  await shop.prisma.productVariant.updateMany({
    where: { sku: { in: skus.slice(0, onBackorder) } },
    data: { stockPolicy: 'BACKORDER' },
  });
  const processes = [1, 2].map(() => {
    const prisma = connect(shop.databaseUrl, 10);
    return { prisma, commands: createApp(prisma).commands };
  });

  const attempts = Array.from({ length: reservations }, () => jobsOfAttempt(skus));
  const waiting: Job[] = [];
  // Shuffled, but each attempt's own in their order.
  while (attempts.length > 0) {
    const place = Math.floor(next() * Math.min(attempts.length, 40));
    const job = attempts[place]?.shift();
    if (job) waiting.push(job);
    else attempts.splice(place, 1);
    if (next() < 0.15) waiting.push(jobOfStaff(skus));
  }

  let done = 0;
  let crashes = 0;
  const failures = new Map<string, number>();
  const deliver = async (job: Job): Promise<void> => {
    for (let tries = 0; ; tries++) {
      const { commands, prisma } = oneOf(processes) ?? processes[0];
      try {
        const result = (await job(commands, prisma)) as Result<unknown, never> | undefined;
        if (result && typeof result === 'object' && !result.ok)
          count(failures, (result as { failure: { kind: string } }).failure.kind);
        return;
      } catch (error) {
        // Anything but a lost connection is a fault: above all a deadlock that came through.
        if (!isOutage(error) || tries > 20) throw error;
      }
    }
  };
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      await deliver(job);
      if (++done % killEvery === 0) crashes += await kill(shop.databaseUrl);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));

  expect(await shop.violations()).toEqual([]);
  expect(await shop.prisma.stockMovement.count({ where: { kind: 'BACKORDER_FILL' } })).toBeGreaterThan(0);
  expect(crashes).toBeGreaterThan(10);
  const statuses = await shop.prisma.reservation.groupBy({ by: 'status', _count: true });
  // Each end was reached, or the proof is of less than it says.
  expect(statuses.map(({ status }) => status).toSorted()).toEqual(
    ['COMMITTED', 'EXPIRED', 'REJECTED', 'RELEASED', 'RESERVED', 'RETURNED', 'WITHDRAWN'].toSorted(),
  );
  expect([...failures.keys()].toSorted()).toEqual(['InsufficientStockOnHand', 'StockReserved']);
  expect(statuses.reduce((sum, { _count }) => sum + _count, 0)).toBe(reservations);

  // A connection reports its deadlocks when it ends.
  await Promise.all(processes.map(({ prisma }) => prisma.$disconnect()));
  const [{ deadlocks } = { deadlocks: -1 }] = await shop.prisma.$queryRaw<{ deadlocks: number }[]>`
    SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`;
  expect(deadlocks).toBe(0);

  // Undone in the end, nothing is held.
  shop.advance(2 * ttlMs);
  while ((await shop.commands.expireReservations(200)) > 0);
  expect(await shop.prisma.stockLevel.count({ where: { reserved: { not: 0 } } })).toBe(0);
  expect(await shop.violations()).toEqual([]);
});

const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
