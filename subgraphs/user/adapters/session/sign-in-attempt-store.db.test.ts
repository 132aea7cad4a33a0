import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Email } from '#contracts/email.ts';
import { skewMs, withClockAhead } from '#kit/postgres/skewed-clock.ts';
import { anAddress, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { databaseTime, inTransaction } from '#platform/database/transaction.ts';
import type { SignInAttemptStore } from '../../usecases/session/ports.ts';
import { signInAttemptStore } from './sign-in-attempt-store.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const failedAt = new Date('2026-11-22T12:00:00Z');
const failed = { failures: 1, lastFailedAt: failedAt, lastSignedInAt: null };

const inStore = <T>(work: (attempts: SignInAttemptStore) => Promise<T>): Promise<T> =>
  inTransaction(kit.prisma, (tx) => work(signInAttemptStore(tx, (time) => time)));

test('a lock on a history waits for its holder, and then sees what that one wrote', async () => {
  const email = 'ada@example.com' as Email;
  const first = Promise.withResolvers<void>();
  const events: string[] = [];

  const holder = inStore(async (attempts) => {
    expect(await attempts.lock(email, anAddress)).toMatchObject({ here: undefined, strangers: undefined });
    first.resolve();
    // Long enough for the other to ask meanwhile.
    await pause(200);
    await attempts.save(email, anAddress, failed);
    events.push('written');
  });
  await first.promise;
  // Nobody waits for strangers.
  await inStore((attempts) => attempts.lock(email, '198.51.100.7'));
  events.push('locked elsewhere');
  const waiter = inStore(async (attempts) => {
    const history = await attempts.lock(email, anAddress);
    events.push('locked');
    return history;
  });

  await holder;
  expect(await waiter).toMatchObject({ here: failed });
  expect(events).toEqual(['locked elsewhere', 'written', 'locked']);
});

test('uses the clock of the database, whatever that of the process', async () => {
  const { now } = await withClockAhead(skewMs, () =>
    inStore((attempts) => attempts.lock('clock@example.com' as Email, anAddress)),
  );
  expect(now.getTime()).toBeLessThanOrEqual((await databaseTime(kit.prisma)).getTime());
});

test('30 concurrent strangers count as 30; a day after the first the count restarts', async () => {
  const email = 'wanted@example.com' as Email;
  const count = (now: Date) => inStore((attempts) => attempts.countStrangersGuess(email, now));
  const strangers = async () => (await inStore((attempts) => attempts.lock(email, anAddress))).strangers;
  await Promise.all(Array.from({ length: 30 }, () => count(failedAt)));
  expect(await strangers()).toEqual({ failures: 30, since: failedAt });

  const day = 24 * 60 * 60 * 1_000;
  await count(new Date(failedAt.getTime() + day - 1));
  expect(await strangers()).toEqual({ failures: 31, since: failedAt });
  const nextDay = new Date(failedAt.getTime() + day);
  await count(nextDay);
  expect(await strangers()).toEqual({ failures: 1, since: nextDay });
});
