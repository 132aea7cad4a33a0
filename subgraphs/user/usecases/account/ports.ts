/** What the use cases of accounts need from outside. */
import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { RequestedMail } from '../../domain/account/mail-quota.ts';
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
  /** False when another account has the address; nothing is written then. */
  changeEmail(id: UserId, email: Email): Promise<boolean>;
  /** Whose account has this address, and whether it was ever opened. Not locked. */
  holderOf(email: Email): Promise<{ readonly id: UserId; readonly isOpened: boolean } | undefined>;
  /** Deletes what there is about a person beside their account: addresses, notifications, what was recorded by e-mail address. */
  erase(user: User): Promise<void>;
}

export interface MailQuotaStore {
  /** Counts one more mail of this kind to this address. False when that is one too many for the hour. */
  take(email: Email, kind: RequestedMail): Promise<boolean>;
  /** Deletes what no longer counts, at most `limit` rows. Returns the number of rows. */
  dropOld(limit: number): Promise<number>;
}

export interface LockedAccount extends Account {
  /** One-time tokens that were asked for before are worth nothing. */
  readonly credentialsChangedAt: Date | null;
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

export interface PersonalDataReads {
  /** Rows as they are stored, by subject; `undefined` when the account does not exist or is closed. Not from a transaction. */
  personalData(userId: UserId): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** Runs work such that the time of its answer tells nothing about it. */
export type AtUniformTime = <T>(work: () => Promise<T>) => Promise<T>;

export interface Passwords {
  hash(password: Password): Promise<PasswordHash>;
  /** Without a hash (no such account) the result is false, and takes as long as with one. */
  isRight(password: Password, hash: PasswordHash | null | undefined): Promise<boolean>;
}
