/** What the use cases of sessions need from outside. */
import type { AccessDenials } from '#contracts/access-denials.ts';
import type { Email } from '#contracts/email.ts';
import type { ApiKeyId, GuestId, SessionId, UserId } from '#contracts/ids.ts';
import type { HeldRoles } from '../../domain/access/role.ts';
import type { Account, User } from '../../domain/account/user.ts';
import type { Session } from '../../domain/session/session.ts';
import type { AddressHistory, SignInHistory } from '../../domain/session/sign-in-attempts.ts';

export interface SessionStore {
  insert(session: Session): Promise<void>;
}

/** Whose access can be revoked. */
export type Deniable = SessionId | UserId | GuestId | ApiKeyId;

export interface DenialStore {
  /**
   * From the commit on, access tokens of these that were issued until now are refused by every gateway, within seconds.
   * After a change of what the tokens say (roles, say) and in its transaction. Waits for whoever is issuing one to them.
   */
  add(...subjects: readonly Deniable[]): Promise<void>;
  /** Deletes what denies no token that is still valid, at most `limit` rows. Returns the number of rows. */
  dropExpired(limit: number): Promise<number>;
}

export interface DenialReads {
  /** The denials that a reader cannot have seen who was given this position, or all; never fewer. */
  accessDenials(since: string | undefined): Promise<AccessDenials>;
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

/** Reads for verifying a password. Not reachable from GraphQL. */
export interface Credentials {
  account(email: Email): Promise<Account | undefined>;
  history(email: Email, address: string): Promise<SignInHistory>;
}

export interface AccessToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

export interface AccessTokens {
  /** The roles are those of the transaction in which it is issued. */
  issue(user: User, held: HeldRoles, sessionId: SessionId): Promise<AccessToken>;
}
