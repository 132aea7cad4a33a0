import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { userTestApp } from '../../../tests/kit/user-builders.ts';
import type { Email } from '../domain/email.ts';
import { signInAttemptStore } from './sign-in-attempt-store.ts';

const email = 'ada@example.com' as Email;
const failed = { failures: 1, lastFailedAt: new Date('2026-11-22T12:00:00Z') };

test('who locks a count waits for whoever has it, and then sees what they wrote', async () => {
  await using kit = await userTestApp();
  const first = Promise.withResolvers<void>();
  const events: string[] = [];

  const holder = kit.prisma.$transaction(async (tx) => {
    const attempts = signInAttemptStore(tx);
    expect(await attempts.lock(email)).toBeUndefined();
    first.resolve();
    // Long enough for the other to ask meanwhile.
    await pause(200);
    await attempts.save(email, failed);
    events.push('written');
  });
  await first.promise;
  const waiter = kit.prisma.$transaction(async (tx) => {
    const count = await signInAttemptStore(tx).lock(email);
    events.push('locked');
    return count;
  });

  await holder;
  expect(await waiter).toEqual(failed);
  expect(events).toEqual(['written', 'locked']);
});
