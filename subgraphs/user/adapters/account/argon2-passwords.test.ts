import { expect, test } from 'vitest';
import { RetryableError } from '#platform/resilience/retryable-error.ts';
import type { Password } from '../../domain/account/password.ts';
import { argon2Passwords } from './argon2-passwords.ts';

test('passwords are checked a few at a time; with a full queue the caller gets a retryable error', async () => {
  const passwords = await argon2Passwords({ concurrency: 1, maxWaiting: 1, waitMs: 10_000 });
  const password = 'correct horse battery' as Password;
  const outcomes = await Promise.allSettled([
    passwords.hash(password),
    passwords.isRight(password, undefined),
    passwords.isRight(password, undefined),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(outcomes[2]).toMatchObject({ reason: new RetryableError('RESOURCE_BUSY') });
});
