import { message } from '#contracts/envelope.ts';
import { UserRegistered } from '#contracts/messages/user.ts';
import type { Account } from '../domain/user.ts';
import type { Stores } from './ports.ts';

/** Stores a new account together with the news of it. False when its address has one already; nothing is written then. */
export const openAccount = async (
  { accounts, outbox }: Pick<Stores, 'accounts' | 'outbox'>,
  account: Account,
): Promise<boolean> => {
  const { id, displayName } = account.user;
  if (!(await accounts.insert(account))) return false;
  await outbox.add(message(UserRegistered, { type: 'user', id }, { userId: id, displayName }));
  return true;
};
