import type { Email } from '#contracts/email.ts';
import { fail, idempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { RequestByEmailFailure, ResetPasswordFailure } from '../../domain/account/failures.ts';
import { newPassword } from '../../domain/account/password.ts';
import type { PasswordHash } from '../../domain/account/user.ts';
import { invalidToken } from '../../domain/failures.ts';
import { afterSuccess } from '../../domain/session/sign-in-attempts.ts';
import type { OneTimeToken } from '../mail/ports.ts';
import type { Deps, Stores } from '../ports.ts';
import { replacePassword } from './change-password.ts';
import { proveMailbox } from './open-account.ts';
import { onceByEmail, type RequestByEmail, requestMail } from './request-mail.ts';
import { isCurrent } from './tokens.ts';

/** Sends a mail with a token. The answer is the same for an address without an account, and as quick. */
export const requestPasswordReset =
  (deps: Deps) =>
  (command: RequestByEmail): Promise<Result<Email, RequestByEmailFailure>> =>
    onceByEmail(deps, 'requestPasswordReset', command, async (stores, email) => {
      const account = await stores.accounts.lock({ email });
      await requestMail(stores, { kind: 'RESET_PASSWORD', email, userId: account?.user.id });
    });

export interface ResetPassword {
  readonly idempotencyKey: string | undefined;
  readonly token: string;
  readonly newPassword: string;
  /** The client address that limits apply to. */
  readonly address: string;
}

/**
 * Sets a new password with the token of a mail, and verifies the address. Whoever is signed in is signed out everywhere: it may be
 * somebody who is why the password is being reset.
 */
export const resetPassword =
  (deps: Deps) =>
  async (command: ResetPassword): Promise<Result<Email, ResetPasswordFailure>> => {
    const { token, idempotencyKey: key } = command;
    const found = await deps.transaction(({ oneTimeTokens }) => oneTimeTokens.find(token, 'RESET_PASSWORD'));
    // A used one is worth a look only for a retry. Nobody gets us to hash a password without a token of ours.
    if (!found || (found.usedAt && key === undefined)) return fail(invalidToken);
    const { userId, email } = found;
    const password = newPassword(command.newPassword, email);
    if (!password.ok) return password;
    const passwordHash = await deps.passwords.hash(password.value);

    let isRetry = true;
    const reset = await deps.transaction(
      (stores) =>
        stores.idempotency.once<Email, ResetPasswordFailure>(
          { actor: userId, operation: 'resetPassword', key, input: { token } },
          async () => {
            isRetry = false;
            return setPassword(stores, found, { ...command, passwordHash });
          },
        ),
      email,
    );
    if (!reset.ok || !isRetry) return reset;
    // The password is no part of the stored request: whether it is the same, its hash says.
    const present = await deps.credentials.account(email);
    return (await deps.passwords.isRight(password.value, present?.passwordHash)) ? reset : fail(idempotencyConflict);
  };

const setPassword = async (
  stores: Stores,
  found: OneTimeToken,
  { token, passwordHash, address }: ResetPassword & { readonly passwordHash: PasswordHash },
): Promise<Result<Email, ResetPasswordFailure>> => {
  const { userId, email } = found;
  const account = await stores.accounts.lock({ id: userId });
  if (!account || account.user.email !== email || !isCurrent(found, account)) return fail(invalidToken);
  if (!(await stores.oneTimeTokens.consume(token, 'RESET_PASSWORD'))) return fail(invalidToken);
  await replacePassword(stores, account, { passwordHash, reason: 'PASSWORD_RESET', keep: undefined });
  await proveMailbox(stores, account);
  // Who has the mailbox need not wait because of what was guessed from here before.
  const history = await stores.attempts.lock(email, address);
  await stores.attempts.save(email, address, afterSuccess(history));
  return ok(email);
};
