/** What the use cases need from outside. Adapters implement these; wiring.ts assembles them. */
import type { Email } from '#contracts/email.ts';
import type { newId, UserId } from '#contracts/ids.ts';
import type { CommonStores, Receive, Transaction } from '#contracts/transaction.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { Notification } from '../domain/notification.ts';
import type { Password } from '../domain/password.ts';
import type { AddressHistory, SignInHistory } from '../domain/sign-in-attempts.ts';
import type { Account, PasswordHash, Session, SessionId, User } from '../domain/user.ts';

export interface AccountStore {
  /** False when the address already has an account; nothing is written then. */
  insert(account: Account): Promise<boolean>;
}

export interface SessionStore {
  insert(session: Session): Promise<void>;
}

export interface SignInAttemptStore {
  /** The history of this account and client address, locked until the transaction ends. */
  lock(email: Email, address: string): Promise<SignInHistory>;
  save(email: Email, address: string, history: AddressHistory): Promise<void>;
  /** Counts one more guess by a stranger, in a day's window that starts with the first. */
  countStrangersGuess(email: Email, now: Date): Promise<void>;
  /** Deletes what no longer counts, at most `limit` rows of each kind. Returns the number of rows. */
  dropForgotten(limit: number): Promise<number>;
}

export interface NotificationStore {
  insert(notification: Notification): Promise<void>;
}

/** Writes, all in one transaction. */
export interface Stores extends CommonStores {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly attempts: SignInAttemptStore;
  readonly notifications: NotificationStore;
}

export interface UserReads {
  /** The users visible to the viewer (themselves; all for staff), in no particular order. One statement. */
  users(viewer: Viewer, ids: readonly UserId[]): Promise<readonly User[]>;
  /** Up to `limit + 1` notifications, so that the caller can see whether there are more. Newest first. */
  notifications(
    userId: UserId,
    page: { readonly limit: number; readonly after: Notification['id'] | undefined },
  ): Promise<readonly Notification[]>;
}

/** Reads for verifying a password. Not reachable from GraphQL. */
export interface Credentials {
  account(email: Email): Promise<Account | undefined>;
  history(email: Email, address: string): Promise<SignInHistory>;
}

export interface Passwords {
  hash(password: Password): Promise<PasswordHash>;
  /** Without a hash (no such account) the result is false, and takes as long as with one. */
  isRight(password: Password, hash: PasswordHash | undefined): Promise<boolean>;
}

export interface AccessToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

export interface AccessTokens {
  issue(user: User, sessionId: SessionId, now: Date): Promise<AccessToken>;
}

export interface Deps {
  readonly transaction: Transaction<Stores>;
  readonly receive: Receive<Stores>;
  readonly reads: UserReads;
  readonly credentials: Credentials;
  readonly passwords: Passwords;
  readonly accessTokens: AccessTokens;
  /** The process clock: for creation times and tokens. Deadlines use the database's (ADR 23). */
  readonly now: () => Date;
  readonly newId: typeof newId;
}
