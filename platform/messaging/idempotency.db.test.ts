import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Failure, fail, ok } from '#contracts/result.ts';
import { type TestDatabase, testDatabase } from '#kit/postgres/postgres.ts';
import { PrismaClient } from '#prisma/user/client/client.ts';
import { prismaAdapter } from '../database/database.ts';
import { inTransaction } from '../database/transaction.ts';
import { forgetOldKeys, idempotency } from './idempotency.ts';

let database: TestDatabase;
let prisma: PrismaClient;
beforeAll(async () => {
  database = await testDatabase('user');
  prisma = new PrismaClient({ adapter: prismaAdapter(database.url, 10) });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.dispose();
});

const request = { actor: 'usr_1', operation: 'buy', key: 'key', input: { units: 1, colour: 'red' } };
const once = (
  changes: Partial<typeof request>,
  work: () => Promise<ReturnType<typeof ok<unknown>> | { ok: false; failure: Failure }>,
) => inTransaction(prisma, (tx) => idempotency(tx).once({ ...request, ...changes }, work));

test('a second request gets the first answer and the work runs once', async () => {
  let runs = 0;
  const work = async () => ok({ order: ++runs });
  expect(await once({ key: 'a' }, work)).toEqual(ok({ order: 1 }));
  expect(await once({ key: 'a' }, work)).toEqual(ok({ order: 1 }));
  expect(runs).toBe(1);
});

test('the order of fields makes no other input, another value does', async () => {
  const work = async () => ok(1);
  await once({ key: 'b' }, work);
  expect(await once({ key: 'b', input: { colour: 'red', units: 1 } }, work)).toEqual(ok(1));
  expect(await once({ key: 'b', input: { units: 2, colour: 'red' } }, work)).toMatchObject({
    ok: false,
    failure: { kind: 'IdempotencyConflict' },
  });
});

test('a key that looks like a card number is refused and not stored', async () => {
  const card = '5555 5555 5555 4444';
  const fault = await once({ key: card }, async () => ok(1)).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'CARD_NUMBER', message: expect.not.stringContaining('5555') });
  expect(await prisma.idempotencyKey.count({ where: { key: card } })).toBe(0);
});

test('two actors, and two operations, may use the same key', async () => {
  await once({ key: 'c' }, async () => ok('first'));
  expect(await once({ key: 'c', actor: 'usr_2' }, async () => ok('other actor'))).toEqual(ok('other actor'));
  expect(await once({ key: 'c', operation: 'sell' }, async () => ok('other deed'))).toEqual(ok('other deed'));
});

test('a failure is not kept: nothing happened, so the same key may try again', async () => {
  expect((await once({ key: 'd' }, async () => fail({ kind: 'SoldOut', message: 'Sold out.' }))).ok).toBe(false);
  expect(await once({ key: 'd', input: { units: 2, colour: 'red' } }, async () => ok('now'))).toEqual(ok('now'));
});

test('work that throws leaves no row behind', async () => {
  const bug = async () => {
    throw new Error('bug');
  };
  await expect(once({ key: 'e' }, bug)).rejects.toThrow('bug');
  expect(await once({ key: 'e' }, async () => ok('again'))).toEqual(ok('again'));
});

test('of ten requests at the same moment one does the work and all get its answer', async () => {
  let runs = 0;
  const work = async () => {
    runs++;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return ok({ run: runs });
  };
  const answers = await Promise.all(Array.from({ length: 10 }, () => once({ key: 'f' }, work)));
  expect(runs).toBe(1);
  expect(answers).toEqual(answers.map(() => ok({ run: 1 })));
});

test.each(['', 'x'.repeat(101), 'line\nbreak', 'ключ'])('the key %o is refused', async (key) => {
  await expect(once({ key }, async () => ok(1))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

test('keys are forgotten after a month, and no sooner', async () => {
  for (const [key, age] of [
    ['old', '30 days 1 minute'],
    ['young', '29 days'],
  ] as const) {
    await once({ key }, async () => ok(1));
    await prisma.$executeRawUnsafe(
      `UPDATE idempotency_key SET created_at = created_at - interval '${age}' WHERE key = '${key}'`,
    );
  }
  expect(await forgetOldKeys(prisma)).toBe(1);
  const left = await prisma.idempotencyKey.findMany({ where: { key: { in: ['old', 'young'] } } });
  expect(left.map(({ key }) => key)).toEqual(['young']);
});
