import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrismaClient } from '../prisma/order/client/client.ts';
import { withClient } from '../scripts/database/connect.ts';
import { type Pooler, pgbouncerHere, startPgbouncer } from '../tests/kit/pgbouncer.ts';
import { type TestDatabase, testDatabase } from '../tests/kit/postgres.ts';
import { prismaAdapter } from './database.ts';
import { inTransaction } from './transaction.ts';

const here = pgbouncerHere();

describe.runIf(here)('a database behind a pooler in transaction mode', () => {
  let database: TestDatabase;
  let pooler: Pooler;
  let prisma: PrismaClient;

  beforeAll(async () => {
    database = await testDatabase('order');
    // What the role of a managed database may be born with.
    await withClient(database.url, (client) =>
      client.query(`ALTER ROLE CURRENT_USER IN DATABASE "${nameOf(database)}" SET timezone = 'Asia/Tokyo'`),
    );
    pooler = await startPgbouncer(database.url, 2);
    prisma = new PrismaClient({ adapter: prismaAdapter(pooler.url, 10, { ...here }) });
  });
  afterAll(async () => {
    await prisma.$disconnect();
    await pooler.stop();
    await database.dispose();
  });

  const at40 = <T>(work: (n: number) => Promise<T>) => Promise.all(Array.from({ length: 40 }, (_, n) => work(n)));

  it('gives more clients than it has connections their transactions, whole', async () => {
    const noon = new Date('2026-11-22T12:00:00.000Z');
    const pids = await at40((n) =>
      inTransaction(prisma, async (tx) => {
        await tx.cart.create({ data: { id: `cart-${n}`, createdAt: noon, updatedAt: noon } });
        const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
        expect(await tx.cart.findUnique({ where: { id: `cart-${n}` } })).toMatchObject({ createdAt: noon });
        return row?.pid;
      }),
    );
    expect(new Set(pids).size).toBe(2);
    expect(await prisma.cart.count()).toBe(40);
  });

  it('has the same statements answered, whichever connection they get', async () => {
    const counts = await at40((n) => prisma.cart.findMany({ where: { id: { in: [`cart-${n}`, 'none'] } } }));
    expect(counts.every((found) => found.length === 1)).toBe(true);
  });

  it('keeps the time zone that Prisma needs, on every connection', async () => {
    const zones = await at40(() => prisma.$queryRaw<{ zone: string }[]>`SELECT current_setting('timezone') AS zone`);
    expect(new Set(zones.map(([row]) => row?.zone))).toEqual(new Set(['UTC']));
  });
});

const nameOf = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);
