/** What a router that has forgotten our connections does to us: nothing arrives any more, and nobody says so. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { type TestDatabase, testDatabase } from '#kit/postgres/postgres.ts';
import { PrismaClient } from '#prisma/order/client/client.ts';
import { Registry } from '../observability/metrics.ts';
import { startPeriodic } from '../process/periodic.ts';
import { isOutage, retryableError } from '../resilience/retryable-error.ts';
import { prismaAdapter } from './database.ts';
import { inTransaction } from './transaction.ts';

let database: TestDatabase;
let link: BreakableLink;
let prisma: PrismaClient;
const poolSize = 3;
beforeEach(async () => {
  database = await testDatabase('order');
  link = await breakableLink(database.url);
  prisma = new PrismaClient({ adapter: prismaAdapter(link.url, poolSize, { answerTimeoutMs: 2_000 }) });
});
afterEach(async () => {
  await link.close();
  await prisma.$disconnect();
  await database.dispose();
});

/** All connections of the pool are open, and have just been used. */
const fillPool = () =>
  Promise.all(Array.from({ length: poolSize }, () => prisma.$queryRaw`SELECT 1 FROM pg_sleep(0.1)`));
const statement = () => prisma.$queryRaw`SELECT 1`;
const transaction = () => inTransaction(prisma, (tx) => tx.$queryRaw`SELECT 1`);

it.each([
  ['statements', statement],
  ['transactions', transaction],
])('silent connections cost one failure each, and then there are others: %s', async (_, work) => {
  await fillPool();
  link.silence();
  const outcomes = () => Promise.all(Array.from({ length: poolSize }, () => work().then(() => 'done', isOutage)));
  expect(await outcomes()).toEqual([true, true, true]);
  expect(await outcomes()).toEqual(['done', 'done', 'done']);
});

it('a transaction that was under way when its connection fell silent fails, and leaves its place in the pool', async () => {
  await fillPool();
  const underWay = Array.from({ length: poolSize }, () =>
    inTransaction(prisma, async (tx) => {
      await tx.$queryRaw`SELECT 1`;
      link.silence();
      await tx.$queryRaw`SELECT 2`;
    }),
  );
  const ends = await Promise.allSettled(underWay);
  expect(ends.map(({ status }) => status)).toEqual(underWay.map(() => 'rejected'));
  await Promise.all(Array.from({ length: poolSize * 2 }, transaction));
});

it('a slow statement is cancelled by the server before its connection is dropped, and reported as overload', async () => {
  const slow = prisma.$queryRaw`SELECT 1 FROM pg_sleep(5)`.catch((error) => error);
  expect(await slow).toMatchObject({ message: expect.stringContaining('statement timeout') });
  expect(retryableError(await slow)?.code).toBe('SUBGRAPH_OVERLOADED');
});

it('a sweep goes on', async () => {
  const { log, saying } = recordedLog();
  let swept = 0;
  const run = async () => {
    await transaction();
    swept++;
  };
  await fillPool();
  const sweeps = startPeriodic([{ name: 'sweep', everyMs: 10, run }], { log, metrics: new Registry() });
  await expect.poll(() => swept, { timeout: 10_000 }).toBeGreaterThan(0);
  link.silence();
  const before = swept;
  await expect.poll(() => swept, { timeout: 20_000 }).toBeGreaterThan(before + 3);
  expect(saying('periodic task failed').length).toBeGreaterThan(0);
  await sweeps.close();
});
