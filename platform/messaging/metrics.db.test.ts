import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { seriesOf } from '#kit/observability/series.ts';
import { type TestDatabase, testDatabase } from '#kit/postgres/postgres.ts';
import { PrismaClient } from '#prisma/order/client/client.ts';
import { prismaAdapter } from '../database/database.ts';
import { runInContext } from '../observability/context.ts';
import { Registry } from '../observability/metrics.ts';
import { measureOutbox } from './metrics.ts';
import { outbox } from './outbox.ts';

let database: TestDatabase;
let link: BreakableLink;
let prisma: PrismaClient;
beforeEach(async () => {
  database = await testDatabase('order');
  link = await breakableLink(database.url);
  prisma = new PrismaClient({ adapter: prismaAdapter(link.url, 2) });
  // The first statement connects, which on a busy machine takes longer than a scrape waits.
  await prisma.$queryRaw`SELECT 1`;
});
afterEach(async () => {
  // First: disconnecting waits for a question that was never answered.
  await link.close();
  await prisma.$disconnect();
  await database.dispose();
});

const measured = () => {
  const registry = new Registry();
  measureOutbox(registry, prisma);
  return () => seriesOf(registry);
};
const waiting = 'agora_outbox_waiting_messages';
const oldest = 'agora_outbox_oldest_waiting_seconds';

const write = async (secondsAgo: number, ...ids: string[]) => {
  await runInContext({ correlationId: 'c' }, () =>
    outbox(prisma).add(
      ...ids.map((id) => ({ type: 'thing.happened', version: 1, aggregate: { type: 'Thing', id }, data: {} })),
    ),
  );
  await prisma.$executeRaw`
    UPDATE outbox_message SET occurred_at = clock_timestamp() - ${secondsAgo}::int * interval '1 second'
     WHERE aggregate_id = ANY (${ids})`;
};

it('reports how many rows wait, and for how long the oldest has', async () => {
  const look = measured();
  expect(await look()).toEqual({ [waiting]: 0, [oldest]: 0 });
  await write(90, 'a', 'b');
  await write(5, 'c');
  const found = await look();
  expect(found[waiting]).toBe(3);
  expect(found[oldest]).toBeGreaterThanOrEqual(90);
  await prisma.outboxMessage.updateMany({
    where: { aggregateId: { in: ['a', 'b'] } },
    data: { publishedAt: new Date() },
  });
  expect((await look())[oldest]).toBeLessThan(found[oldest] ?? 0);
});

it('is never negative, though the clock of the database may have been set back', async () => {
  await write(-60, 'a');
  expect(await measured()()).toEqual({ [waiting]: 1, [oldest]: 0 });
});

it('reports nothing while the database is away or silent, and does not delay the other metrics', async () => {
  const look = measured();
  await look();
  await link.cut();
  expect(await look()).toEqual({});
  await link.restore();
  await expect.poll(look, { timeout: 20_000 }).toEqual({ [waiting]: 0, [oldest]: 0 });
  link.silence();
  expect(await look()).toEqual({});
});
