import type { Email } from '#contracts/email.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import type { Password } from '../../domain/account/password.ts';
import type { Account } from '../../domain/account/user.ts';
import {
  type InvalidCredentials,
  invalidCredentials,
  type TooManyAttempts,
  tooManyAttempts,
} from '../../domain/failures.ts';
import { afterFailure, afterSuccess, isStrangersGuess, lockedUntil } from '../../domain/session/sign-in-attempts.ts';
import type { Deps } from '../ports.ts';

export interface Attempt {
  readonly email: Email;
  readonly password: Password;
  /** The client address that limits apply to. */
  readonly address: string;
}

/**
 * Verifies a password. An e-mail address without an account gets the same results, after the same time, and the same waits
 * as one with an account.
 */
export const provePassword =
  ({ transaction, credentials, passwords }: Deps) =>
  async ({ email, password, address }: Attempt): Promise<Result<Account, InvalidCredentials | TooManyAttempts>> => {
    const locked = lockedUntil(await credentials.history(email, address));
    if (locked) return fail(tooManyAttempts(locked));

    const account = await credentials.account(email);
    const isRight = await passwords.isRight(password, account?.passwordHash);

    // Checked again, one at a time, because of concurrent guesses: each had its password verified above, but learns the
    // result only while it is allowed to guess. A hundred at once learn no more than five in a row.
    return transaction(async ({ attempts }) => {
      const history = await attempts.lock(email, address);
      const lockedMeanwhile = lockedUntil(history);
      if (lockedMeanwhile) return fail(tooManyAttempts(lockedMeanwhile));
      if (account && isRight) {
        await attempts.save(email, address, afterSuccess(history));
        return ok(account);
      }
      await attempts.save(email, address, afterFailure(history));
      if (isStrangersGuess(history)) await attempts.countStrangersGuess(email, history.now);
      return fail(invalidCredentials);
    }, `${email} ${address}`);
  };
