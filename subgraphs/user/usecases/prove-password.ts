import type { Email } from '#contracts/email.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import {
  type InvalidCredentials,
  invalidCredentials,
  type TooManyAttempts,
  tooManyAttempts,
} from '../domain/failures.ts';
import type { Password } from '../domain/password.ts';
import { afterFailure, afterSuccess, isStrangersGuess, lockedUntil } from '../domain/sign-in-attempts.ts';
import type { User } from '../domain/user.ts';
import type { Deps } from './ports.ts';

export interface Attempt {
  readonly email: Email;
  readonly password: Password;
  /** The client's, as limits count it. */
  readonly address: string;
}

/**
 * Whose password this is. An e-mail address without an account gets the same answers, after the same time, and has to
 * wait as long as one with an account.
 */
export const provePassword =
  ({ transaction, credentials, passwords }: Deps) =>
  async ({ email, password, address }: Attempt): Promise<Result<User, InvalidCredentials | TooManyAttempts>> => {
    const locked = lockedUntil(await credentials.history(email, address));
    if (locked) return fail(tooManyAttempts(locked));

    const account = await credentials.account(email);
    const isRight = await passwords.isRight(password, account?.passwordHash);

    // Looked at again, one at a time, because of guesses that come all at once: each had its password checked above, but
    // is told the outcome only while it may guess. A hundred at once learn no more than five in a row.
    return transaction(async ({ attempts }) => {
      const history = await attempts.lock(email, address);
      const lockedMeanwhile = lockedUntil(history);
      if (lockedMeanwhile) return fail(tooManyAttempts(lockedMeanwhile));
      if (account && isRight) {
        await attempts.save(email, address, afterSuccess(history));
        return ok(account.user);
      }
      await attempts.save(email, address, afterFailure(history));
      if (isStrangersGuess(history)) await attempts.countStrangersGuess(email, history.now);
      return fail(invalidCredentials);
    }, `${email} ${address}`);
  };
