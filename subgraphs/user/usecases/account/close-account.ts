import type { Email } from '#contracts/email.ts';
import { message } from '#contracts/envelope.ts';
import type { UserId } from '#contracts/ids.ts';
import { UserClosed } from '#contracts/messages/user.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import { lastAdmin } from '../../domain/access/failures.ts';
import { customer } from '../../domain/access/role.ts';
import type { DisplayName } from '../../domain/account/display-name.ts';
import type { CloseAccountFailure } from '../../domain/account/failures.ts';
import { defaultLocale } from '../../domain/account/locale.ts';
import { newMailRequestId } from '../../domain/account/mail-quota.ts';
import { isLastAdmin } from '../access/grant-role.ts';
import type { Deps, Stores } from '../ports.ts';
import { endSessionsOf } from '../session/end-sessions.ts';
import type { LockedAccount } from './ports.ts';
import { withPassword } from './with-password.ts';

export interface CloseAccount {
  readonly idempotencyKey: string;
  readonly userId: UserId;
  readonly password: string;
  /** The client address that limits apply to. */
  readonly address: string;
}

/**
 * Erases what is personal, signs out everywhere, and gives the address free. What the books need stays: orders and payments,
 * which name nobody, go on to their end.
 */
export const closeAccount =
  (deps: Deps) =>
  ({
    idempotencyKey: key,
    userId: actor,
    password,
    address,
  }: CloseAccount): Promise<Result<UserId, CloseAccountFailure>> =>
    withPassword(deps)<UserId, CloseAccountFailure>(
      { actor, operation: 'closeAccount', key, input: {}, password, address },
      async (stores, { user, lockedAt }) => {
        const held = await stores.roles.of(actor);
        if (held.some(({ name }) => name !== customer.name)) {
          await stores.roles.lock();
          if (await isLastAdmin(stores, actor)) return fail(lastAdmin);
          for (const { name } of held) await stores.roles.revoke(actor, name);
        }
        await eraseAccount(stores, { user, lockedAt });
        const farewell = { sourceId: newMailRequestId(), userId: actor, email: user.email, locale: user.locale };
        await stores.deliveries.add({ ...farewell, kind: 'ACCOUNT_CLOSED', params: {} });
        return ok(actor);
      },
    );

/** Closes a locked account, whoever wants it closed. */
export const eraseAccount = async (
  stores: Stores,
  { user, lockedAt }: Pick<LockedAccount, 'user' | 'lockedAt'>,
): Promise<void> => {
  const { id } = user;
  await endSessionsOf(stores, id, { reason: 'ACCOUNT_CLOSED' });
  await stores.addresses.removeAll(id);
  await stores.accounts.erase(user);
  await stores.accounts.update(id, { ...anonymous(id), closedAt: lockedAt, credentialsChangedAt: lockedAt });
  await stores.deliveries.forget(id);
  await stores.outbox.add(message(UserClosed, { type: 'user', id }, { userId: id }));
};

/** What is left of a closed account: nobody has such an address (RFC 2606), and no password opens it. */
const anonymous = (id: UserId) => ({
  email: `closed-${id}@invalid` as Email,
  displayName: 'Closed account' as DisplayName,
  locale: defaultLocale,
  emailVerifiedAt: null,
  passwordHash: null,
});
