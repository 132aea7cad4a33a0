import { expect, it } from 'vitest';
import { PrismaClient } from '../prisma/order/client/client.ts';
import { testDatabase } from '../tests/kit/postgres.ts';
import { prismaAdapter } from './database.ts';

it('keeps instants as they are on a server that lives in another time zone', async () => {
  const database = await testDatabase('order');
  const open = () => new PrismaClient({ adapter: prismaAdapter(database.url, 1) });
  const before = open();
  await before.$executeRawUnsafe(
    `ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" SET timezone = 'America/New_York'`,
  );
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
