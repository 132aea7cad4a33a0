import { expect, test } from 'vitest';
import { NotNow } from '#platform/resilience/not-now.ts';
import type { Password } from '../domain/password.ts';
import { argon2Passwords } from './argon2-passwords.ts';

test('passwords are checked a few at a time; whoever comes when the line is full is told to come again', async () => {
  const passwords = await argon2Passwords({ atOnce: 1, waiting: 1, waitMs: 10_000 });
  const password = 'correct horse battery' as Password;
  const outcomes = await Promise.allSettled([
    passwords.hash(password),
    passwords.isRight(password, undefined),
    passwords.isRight(password, undefined),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(outcomes[2]).toMatchObject({ reason: new NotNow('RESOURCE_BUSY') });
});
