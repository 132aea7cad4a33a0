import { expect, it } from 'vitest';
import { seriesOf } from '#kit/observability/series.ts';
import { type TestDatabase, testDatabase } from '#kit/postgres/postgres.ts';
import { PrismaClient } from '#prisma/order/client/client.ts';
import { Registry } from '../observability/metrics.ts';
import { retryableError } from '../resilience/retryable-error.ts';
import { withClient } from './client.ts';
import { type PoolOptions, prismaAdapter } from './database.ts';
import { applyMigrations } from './migrations.ts';
import { inTransaction } from './transaction.ts';

const nameOf = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);

it('keeps instants as they are on a server that lives in another time zone', async () => {
  const database = await testDatabase('order');
  const open = () => new PrismaClient({ adapter: prismaAdapter(database.url, 1) });
  const before = open();
  await before.$executeRawUnsafe(`ALTER DATABASE "${nameOf(database)}" SET timezone = 'America/New_York'`);
  await before.$disconnect();

  const prisma = open();
  const noon = new Date('2026-11-22T12:00:00.000Z');
  await prisma.cart.create({ data: { id: 'cart', createdAt: noon, updatedAt: noon } });
  const [row] = await prisma.$queryRaw<unknown[]>`
    SELECT created_at = '2026-11-22T12:00:00Z'::timestamptz AS "isNoon", created_at >= ${noon} AS "isLate" FROM cart`;
  expect(row).toEqual({ isNoon: true, isLate: true });
  expect(await prisma.cart.findFirst({ select: { createdAt: true } })).toEqual({ createdAt: noon });
  await prisma.$disconnect();
  await database.dispose();
});

it('has its tables in the schema of its address, for Prisma and for raw statements, whatever the role prefers', async () => {
  const database = await testDatabase('order');
  const addresses = ['public', 'shop'].map((schema) => ({ schema, url: `${database.url}?schema=${schema}` }));
  await withClient(database.url, async (client) => {
    await client.query('CREATE SCHEMA "order"');
    await client.query(`ALTER DATABASE "${nameOf(database)}" SET search_path = "order"`);
  });
  for (const { schema, url } of addresses) {
    await applyMigrations(url, 'prisma/order/migrations');
    const prisma = new PrismaClient({ adapter: prismaAdapter(url, 1) });
    await prisma.cart.create({ data: { id: schema, createdAt: new Date(), updatedAt: new Date() } });
    expect(await prisma.$queryRaw`SELECT id, tableoid::regclass::text FROM cart`).toEqual([
      { id: schema, tableoid: 'cart' },
    ]);
    expect(await withClient(url, (client) => client.query('SELECT id FROM cart'))).toMatchObject({
      rows: [{ id: schema }],
    });
    await prisma.$disconnect();
  }
  await database.dispose();
});

it('reads committed data whatever the role prefers, and retries a conflict', async () => {
  const database = await testDatabase('order');
  await withClient(database.url, (client) =>
    client.query(`ALTER DATABASE "${nameOf(database)}" SET default_transaction_isolation = 'serializable'`),
  );
  const prisma = new PrismaClient({ adapter: prismaAdapter(database.url, 2) });
  const isolation = (sql: Pick<PrismaClient, '$queryRaw'>) => sql.$queryRaw`SHOW transaction_isolation`;
  const committed = [{ transaction_isolation: 'read committed' }];
  expect(await isolation(prisma)).toEqual(committed);
  expect(await inTransaction(prisma, isolation)).toEqual(committed);

  // Each has counted the carts before the other has made one: one of the two fails, with its COMMIT or before.
  const counted: Promise<unknown>[] = [];
  const bothCounted = Promise.withResolvers<void>();
  const makeCart = (id: string) =>
    inTransaction(
      prisma,
      async (tx) => {
        counted.push(tx.cart.count());
        if (counted.length === 2) bothCounted.resolve();
        await bothCounted.promise;
        await Promise.all(counted);
        await tx.cart.create({ data: { id, createdAt: new Date(), updatedAt: new Date() } });
      },
      { isolationLevel: 'Serializable' },
    );
  await Promise.all([makeCart('a'), makeCart('b')]);
  expect(counted.length).toBeGreaterThan(2);
  expect(await prisma.cart.count()).toBe(2);
  await prisma.$disconnect();
  await database.dispose();
});

it('shows how many connections its pool has, how many idle, and who waits for one', async () => {
  const database = await testDatabase('order');
  const registry = new Registry();
  const prisma = new PrismaClient({ adapter: prismaAdapter(database.url, 2, { metrics: registry }) });
  const look = async () => {
    const series = await seriesOf(registry);
    const connections = (state: string) => series[`agora_database_pool_connections{state="${state}"}`];
    return [connections('total'), connections('idle'), series.agora_database_pool_waiting_requests];
  };
  expect(await seriesOf(registry)).toMatchObject({ agora_database_pool_limit: 2 });
  expect(await look()).toEqual([0, 0, 0]);
  await prisma.$queryRaw`SELECT 1`;
  expect(await look()).toEqual([1, 1, 0]);
  // Prisma sends a statement once somebody waits for it.
  const busy = Promise.all(Array.from({ length: 5 }, () => prisma.$queryRaw`SELECT 1 FROM pg_sleep(2)`));
  await expect.poll(look, { interval: 20, timeout: 20_000 }).toEqual([2, 0, 3]);
  await busy;
  expect(await look()).toEqual([2, 2, 0]);
  await prisma.$disconnect();
  await expect.poll(look, { timeout: 20_000 }).toEqual([0, 0, 0]);
  await prisma.$queryRaw`SELECT 1`;
  expect(await look()).toEqual([1, 1, 0]);
  await prisma.$disconnect();
  await database.dispose();
});

it('gives up a lock that does not come, and a connection of a pool that has none to give: both may be asked for again', async () => {
  const database = await testDatabase('order');
  const open = (options: PoolOptions) => new PrismaClient({ adapter: prismaAdapter(database.url, 1, options) });
  const [holder, waiter] = [open({}), open({ lockTimeoutMs: 100, answerTimeoutMs: 500 })];
  await holder.$executeRaw`INSERT INTO cart (id, customer_id, created_at, updated_at) VALUES ('c', 'c', now(), now())`;
  const codeOf = (error: unknown) => retryableError(error)?.code;
  const lock = (client: Pick<PrismaClient, '$queryRaw'>) => client.$queryRaw`SELECT 1 FROM cart FOR UPDATE`;
  await holder.$transaction(async (tx) => {
    await lock(tx);
    expect(await lock(waiter).catch(codeOf)).toBe('RESOURCE_BUSY');
    expect(await waiter.cart.updateMany({ data: { updatedAt: new Date() } }).catch(codeOf)).toBe('RESOURCE_BUSY');
  });
  await waiter.$transaction(async () => {
    expect(await waiter.cart.count().catch(codeOf)).toBe('SUBGRAPH_OVERLOADED');
    const late = waiter.$transaction(async () => undefined, { maxWait: 100 });
    expect(await late.catch(codeOf)).toBe('SUBGRAPH_OVERLOADED');
  });
  const [{ lock_timeout: usual } = { lock_timeout: '' }] = await holder.$queryRaw<
    { lock_timeout: string }[]
  >`SHOW lock_timeout`;
  expect(usual).toBe('3s');
  for (const client of [holder, waiter]) await client.$disconnect();
  await database.dispose();
});
