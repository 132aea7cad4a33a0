import { type Email, parseEmail } from '#contracts/email.ts';
import type { SessionId, UserId } from '#contracts/ids.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import { customer } from '../../domain/access/role.ts';
import {
  type ConfirmEmailChangeFailure,
  emailUnchanged,
  type RequestEmailChangeFailure,
} from '../../domain/account/failures.ts';
import { newMailRequestId } from '../../domain/account/mail-quota.ts';
import { emailTaken, invalidEmail, invalidToken } from '../../domain/failures.ts';
import type { Deps, Stores } from '../ports.ts';
import { endSessionsOf } from '../session/end-sessions.ts';
import { eraseAccount } from './close-account.ts';
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
        const holder = await stores.accounts.holderOf(email);
        const mail =
          holder && !(await givesWay(deps, stores, holder))
            ? { kind: 'ALREADY_REGISTERED' as const, userId: holder.id }
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
  (deps: Deps) =>
  ({ token, sessionId }: ConfirmEmailChange): Promise<Result<Email, ConfirmEmailChangeFailure>> =>
    deps.transaction(async (stores) => {
      const found = await stores.oneTimeTokens.find(token, 'CHANGE_EMAIL');
      const account = found && (await stores.accounts.lock({ id: found.userId }));
      if (!account) return fail(invalidToken);
      const { user, lockedAt } = account;
      const { email } = found;
      if (user.email === email) return ok(email);
      if (found.usedAt || !isCurrent(found, account)) return fail(invalidToken);
      // Before the token is used, so that it stays good for when the other account is gone.
      if (!(await takeAddress(deps, stores, { id: user.id, email }))) return fail(emailTaken);
      if (!(await stores.oneTimeTokens.consume(token, 'CHANGE_EMAIL')))
        throw new Error('a token was used despite the lock');
      await stores.accounts.update(user.id, { emailVerifiedAt: lockedAt, credentialsChangedAt: lockedAt });
      await proveMailbox(stores, { ...account, user: { ...user, email, emailVerifiedAt: lockedAt } });
      await endSessionsOf(stores, user.id, { reason: 'EMAIL_CHANGED', except: sessionId });
      const told = { sourceId: newMailRequestId(), userId: user.id, email: user.email };
      await stores.deliveries.add({ ...told, kind: 'EMAIL_CHANGED', params: {} });
      return ok(email);
    });

/** False when another account has the address and keeps it. */
const takeAddress = async (
  deps: Deps,
  stores: Stores,
  { id, email }: { readonly id: UserId; readonly email: Email },
): Promise<boolean> => {
  if (await stores.accounts.changeEmail(id, email)) return true;
  // Read first: two opened accounts that change to each other's address must not lock each other's.
  const holder = await stores.accounts.holderOf(email);
  if (holder && !(await givesWay(deps, stores, holder))) return false;
  const locked = await stores.accounts.lock({ email });
  if (locked) {
    if (!(await givesWay(deps, stores, { id: locked.user.id, isOpened: locked.openedAt !== null }))) return false;
    await eraseAccount(stores, locked);
  }
  return stores.accounts.changeEmail(id, email);
};

/**
 * A registration that was never opened is a claim to an address; whoever reads its mail has the better one. Not where accounts
 * open at once: there, one that waits from before may be in use. Nor one that was given a role: somebody vouches for that.
 */
const givesWay = async (
  { emailVerification }: Deps,
  { roles }: Stores,
  { id, isOpened }: { readonly id: UserId; readonly isOpened: boolean },
): Promise<boolean> =>
  emailVerification === 'required' && !isOpened && (await roles.of(id)).every(({ name }) => name === customer.name);
