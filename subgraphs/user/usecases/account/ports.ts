/** What the use cases of accounts need from outside. */
import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { Password } from '../../domain/account/password.ts';
import type { Account, PasswordHash, User } from '../../domain/account/user.ts';
import type { UserSearch } from '../../domain/account/user-search.ts';

export interface AccountStore {
  /** False when the address already has an account; nothing is written then. */
  insert(account: Account): Promise<boolean>;
  /**
   * An account that is not closed, locked until the transaction ends: changes of one account happen one after the other, and
   * each sees what the ones before have done.
   */
  lock(by: { readonly id: UserId } | { readonly email: Email }): Promise<LockedAccount | undefined>;
  update(id: UserId, changes: AccountChanges): Promise<void>;
}

export interface LockedAccount extends Account {
  /** By the database's clock, once it was locked: later than whatever happened to the account before. */
  readonly lockedAt: Date;
}

export type AccountChanges = Partial<
  Pick<User, 'displayName' | 'locale' | 'email' | 'emailVerifiedAt'> &
    Pick<Account, 'passwordHash' | 'openedAt'> & { readonly credentialsChangedAt: Date; readonly closedAt: Date }
>;

export interface AccountReads {
  /** The users visible to the viewer (themselves; all for staff), in no particular order. One statement. */
  users(viewer: Viewer, ids: readonly UserId[]): Promise<readonly User[]>;
}

export interface UserFilter {
  readonly search: UserSearch | undefined;
  readonly role: string | undefined;
}

/** For staff. Closed accounts are not found. */
export interface UserSearchReads {
  /** Up to `limit + 1` users, the newest first. */
  searchUsers(
    filter: UserFilter,
    page: { readonly limit: number; readonly after: UserId | undefined },
  ): Promise<readonly User[]>;
  /** How many there are; null for more than can be counted quickly. */
  countUsers(filter: UserFilter): Promise<number | null>;
}

export interface Passwords {
  hash(password: Password): Promise<PasswordHash>;
  /** Without a hash (no such account) the result is false, and takes as long as with one. */
  isRight(password: Password, hash: PasswordHash | null | undefined): Promise<boolean>;
}
