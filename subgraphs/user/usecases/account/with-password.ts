import type { IdempotentRequest } from '#contracts/idempotency.ts';
import type { UserId } from '#contracts/ids.ts';
import { CallerFault, type Failure, fail, type IdempotencyConflict, type Result } from '#contracts/result.ts';
import { typedPassword } from '../../domain/account/password.ts';
import type { User } from '../../domain/account/user.ts';
import { type InvalidCredentials, invalidCredentials, type TooManyAttempts } from '../../domain/failures.ts';
import type { Deps, Stores } from '../ports.ts';
import { provePassword } from '../session/prove-password.ts';
import type { LockedAccount } from './ports.ts';

export interface PasswordRequest extends IdempotentRequest {
  readonly actor: UserId;
  /** As the viewer typed it. */
  readonly password: string;
  /** The client address that limits apply to. */
  readonly address: string;
}

export type PasswordFailure = InvalidCredentials | TooManyAttempts | IdempotencyConflict;

/**
 * For what a stolen session must not be enough for: the viewer proves their password once more. `work` runs once per idempotency
 * key, with the account locked, and only while the password is the one that was proved. Guesses count as in sign-in.
 */
export const withPassword =
  (deps: Deps) =>
  async <T, F extends Failure>(
    request: PasswordRequest,
    work: (stores: Stores, account: LockedAccount) => Promise<Result<T, F>>,
  ): Promise<Result<T, F | PasswordFailure>> => {
    const { email } = await ownAccount(deps, request.actor);
    const password = typedPassword(request.password);
    if (!password) return fail(invalidCredentials);
    const proof = await provePassword(deps)({ email, password, address: request.address });
    if (!proof.ok) return proof;
    return deps.transaction(
      (stores) =>
        stores.idempotency.once<T, F | PasswordFailure>(request, async () => {
          const account = await stores.accounts.lock({ id: request.actor });
          if (!account || account.passwordHash !== proof.value.passwordHash) return fail(invalidCredentials);
          return work(stores, account);
        }),
      request.actor,
    );
  };

/** The viewer's: tokens of a closed account are refused within seconds, and this one came before. */
export const ownAccount = async ({ credentials }: Deps, id: UserId): Promise<User> => {
  const user = await credentials.owner(id);
  if (!user) throw new CallerFault('UNAUTHENTICATED', 'This account is closed.');
  return user;
};
