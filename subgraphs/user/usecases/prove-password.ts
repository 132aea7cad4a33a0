import { fail, ok, type Result } from '../../../contracts/result.ts';
import type { Email } from '../domain/email.ts';
import {
  type InvalidCredentials,
  invalidCredentials,
  type TooManyAttempts,
  tooManyAttempts,
} from '../domain/failures.ts';
import type { Password } from '../domain/password.ts';
import { afterFailure, lockedUntil } from '../domain/sign-in-attempts.ts';
import type { User } from '../domain/user.ts';
import type { Deps } from './ports.ts';

/**
 * Whose password this is. An address without an account gets the same answers, after the same time, and the same
 * lock as one with an account.
 */
export const provePassword =
  ({ transaction, credentials, passwords, now }: Deps) =>
  async (email: Email, password: Password): Promise<Result<User, InvalidCredentials | TooManyAttempts>> => {
    const locked = lockedUntil(await credentials.attempts(email), now());
    if (locked) return fail(tooManyAttempts(locked));

    const account = await credentials.account(email);
    const isRight = await passwords.isRight(password, account?.passwordHash);

    // Looked at again, one at a time, because of guesses that come all at once: each had its password checked above, but
    // is told the outcome only while the account is open. A hundred at once learn no more than five in a row.
    return transaction(async ({ attempts }) => {
      const before = await attempts.lock(email);
      const lockedMeanwhile = lockedUntil(before, now());
      if (lockedMeanwhile) return fail(tooManyAttempts(lockedMeanwhile));
      if (account && isRight) {
        if (before) await attempts.clear(email);
        return ok(account.user);
      }
      await attempts.save(email, afterFailure(before, now()));
      return fail(invalidCredentials);
    }, email);
  };
