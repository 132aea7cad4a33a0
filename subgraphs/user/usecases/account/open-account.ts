/** From when on an account can be used: that is when others hear of it. */
import { message } from '#contracts/envelope.ts';
import { UserRegistered } from '#contracts/messages/user.ts';
import type { Applicant } from '../../domain/account/applicant.ts';
import type { Account, User } from '../../domain/account/user.ts';
import type { Deps, Stores } from '../ports.ts';
import type { LockedAccount } from './ports.ts';

type AccountStores = Pick<Stores, 'accounts' | 'outbox'>;

/** An account that nobody can use yet. */
export const newAccount = async (
  { passwords, newId, now }: Deps,
  { email, displayName, locale, password }: Applicant,
): Promise<Account> => ({
  user: { id: newId('User'), email, displayName, locale, emailVerifiedAt: null, createdAt: now() },
  passwordHash: await passwords.hash(password),
  openedAt: null,
});

/** Stores a new account together with its event. False when the address already has one; nothing is written then. */
export const openAccount = async (stores: AccountStores, account: Account): Promise<boolean> => {
  if (!(await stores.accounts.insert(account))) return false;
  await publish(stores, account.user);
  return true;
};

/** After a token was used that was sent to the account's address: it opens an account that waits for that. */
export const proveMailbox = async (stores: AccountStores, account: LockedAccount): Promise<void> => {
  const { user, openedAt, lockedAt } = account;
  if (user.emailVerifiedAt && openedAt) return;
  await stores.accounts.update(user.id, {
    emailVerifiedAt: user.emailVerifiedAt ?? lockedAt,
    openedAt: openedAt ?? lockedAt,
  });
  if (!openedAt) await publish(stores, user);
};

const publish = async ({ outbox }: Pick<Stores, 'outbox'>, { id }: User): Promise<void> =>
  outbox.add(message(UserRegistered, { type: 'user', id }, { userId: id }));
