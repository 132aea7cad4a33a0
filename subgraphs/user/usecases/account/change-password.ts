import type { IdempotentRequest } from '#contracts/idempotency.ts';
import type { SessionId, UserId } from '#contracts/ids.ts';
import { fail, idempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { ChangePasswordFailure } from '../../domain/account/failures.ts';
import { newMailRequestId } from '../../domain/account/mail-quota.ts';
import { newPassword } from '../../domain/account/password.ts';
import type { PasswordHash, User } from '../../domain/account/user.ts';
import { invalidToken } from '../../domain/failures.ts';
import type { Deps, Stores } from '../ports.ts';
import { endSessionsOf } from '../session/end-sessions.ts';
import { provePassword } from '../session/prove-password.ts';
import type { LockedAccount } from './ports.ts';
import { ownAccount, withPassword } from './with-password.ts';

export interface ChangePassword {
  readonly idempotencyKey: string | undefined;
  readonly userId: UserId;
  /** The viewer's own, which goes on. */
  readonly sessionId: SessionId | undefined;
  readonly currentPassword: string;
  readonly newPassword: string;
  /** The client address that limits apply to. */
  readonly address: string;
}

/** Changes the password, and ends all sessions but the one it is changed from. */
export const changePassword =
  (deps: Deps) =>
  async (command: ChangePassword): Promise<Result<User, ChangePasswordFailure>> => {
    const { idempotencyKey: key, userId, sessionId, address } = command;
    const user = await ownAccount(deps, userId);
    const { email } = user;
    const password = newPassword(command.newPassword, email);
    if (!password.ok) return password;
    // The passwords are no part of the stored request: no fast digest of one may be stored.
    const request = { actor: userId, operation: 'changePassword', key, input: {} };
    // After the first time the current password is no longer the current one: a retry has to have the new one right.
    if (await wasDone(deps, request)) {
      const proof = await provePassword(deps)({ email, password: password.value, address });
      return proof.ok ? ok(user) : fail(idempotencyConflict);
    }
    const passwordHash = await deps.passwords.hash(password.value);
    const proving = { ...request, password: command.currentPassword, address };
    const changed = await withPassword(deps)<true, never>(proving, async (stores, account) => {
      await replacePassword(stores, account, { passwordHash, reason: 'PASSWORD_CHANGED', keep: sessionId });
      return ok(true);
    });
    return changed.ok ? ok(user) : changed;
  };

/** A failure is not stored, so asking leaves nothing behind. */
const wasDone = async ({ transaction }: Deps, request: IdempotentRequest): Promise<boolean> =>
  request.key !== undefined &&
  (await transaction(({ idempotency }) => idempotency.once(request, async () => fail(invalidToken)))).ok;

/** With what follows from it: other sessions end, tokens in mails are worth nothing any more, and the owner is told. */
export const replacePassword = async (
  stores: Stores,
  { user, lockedAt }: LockedAccount,
  change: {
    readonly passwordHash: PasswordHash;
    readonly reason: 'PASSWORD_CHANGED' | 'PASSWORD_RESET';
    readonly keep: SessionId | undefined;
  },
): Promise<void> => {
  const { passwordHash, reason, keep } = change;
  await stores.accounts.update(user.id, { passwordHash, credentialsChangedAt: lockedAt });
  await endSessionsOf(stores, user.id, { reason, except: keep });
  await stores.deliveries.add({
    ...{ sourceId: newMailRequestId(), userId: user.id, kind: 'PASSWORD_CHANGED', params: {} },
  });
};
