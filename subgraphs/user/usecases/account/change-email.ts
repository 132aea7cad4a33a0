import { type Email, parseEmail } from '#contracts/email.ts';
import type { SessionId, UserId } from '#contracts/ids.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import {
  type ConfirmEmailChangeFailure,
  emailUnchanged,
  type RequestEmailChangeFailure,
} from '../../domain/account/failures.ts';
import { newMailRequestId } from '../../domain/account/mail-quota.ts';
import { emailTaken, invalidEmail, invalidToken } from '../../domain/failures.ts';
import type { Deps } from '../ports.ts';
import { endSessionsOf } from '../session/end-sessions.ts';
import { proveMailbox } from './open-account.ts';
import { requestMail } from './request-mail.ts';
import { isCurrent } from './tokens.ts';
import { withPassword } from './with-password.ts';

export interface RequestEmailChange {
  readonly idempotencyKey: string | undefined;
  readonly userId: UserId;
  readonly newEmail: string;
  readonly password: string;
  /** The client address that limits apply to. */
  readonly address: string;
}

/**
 * Sends a mail to the new address; nothing changes before its token is used. Whether the address has an account already is not
 * told: its owner gets a mail that says so instead.
 */
export const requestEmailChange =
  (deps: Deps) =>
  async (command: RequestEmailChange): Promise<Result<Email, RequestEmailChangeFailure>> => {
    const { userId: actor, idempotencyKey: key, password, address } = command;
    const email = parseEmail(command.newEmail);
    if (!email) return fail(invalidEmail);
    const request = { actor, operation: 'requestEmailChange', key, input: { email }, password, address };
    return deps.atUniformTime(() =>
      withPassword(deps)<Email, RequestEmailChangeFailure>(request, async (stores, account) => {
        if (email === account.user.email) return fail(emailUnchanged);
        const owner = await stores.accounts.ownerOf(email);
        const mail = owner
          ? { kind: 'ALREADY_REGISTERED' as const, userId: owner }
          : { kind: 'CONFIRM_EMAIL_CHANGE' as const, userId: actor };
        await requestMail(stores, { ...mail, email });
        return ok(email);
      }),
    );
  };

export interface ConfirmEmailChange {
  readonly token: string;
  /** The viewer's own if they are signed in; it goes on if it is this account's. */
  readonly sessionId: SessionId | undefined;
}

/**
 * The token's address becomes the account's, and the old one is told. All other sessions end. Using the same token again
 * succeeds while the address is still the account's.
 */
export const confirmEmailChange =
  ({ transaction }: Deps) =>
  ({ token, sessionId }: ConfirmEmailChange): Promise<Result<Email, ConfirmEmailChangeFailure>> =>
    transaction(async (stores) => {
      const found = await stores.oneTimeTokens.find(token, 'CHANGE_EMAIL');
      const account = found && (await stores.accounts.lock({ id: found.userId }));
      if (!account) return fail(invalidToken);
      const { user, lockedAt } = account;
      const { email } = found;
      if (user.email === email) return ok(email);
      if (found.usedAt || !isCurrent(found, account)) return fail(invalidToken);
      // Before the token is used, so that it stays good for when the other account is gone.
      if (!(await stores.accounts.changeEmail(user.id, email))) return fail(emailTaken);
      if (!(await stores.oneTimeTokens.consume(token, 'CHANGE_EMAIL')))
        throw new Error('a token was used despite the lock');
      await stores.accounts.update(user.id, { emailVerifiedAt: lockedAt, credentialsChangedAt: lockedAt });
      await proveMailbox(stores, { ...account, user: { ...user, email, emailVerifiedAt: lockedAt } });
      await endSessionsOf(stores, user.id, { reason: 'EMAIL_CHANGED', except: sessionId });
      const told = { sourceId: newMailRequestId(), userId: user.id, email: user.email };
      await stores.deliveries.add({ ...told, kind: 'EMAIL_CHANGED', params: {} });
      return ok(email);
    });
