/** What the use cases of sessions need from outside. */
import type { Email } from '#contracts/email.ts';
import type { SessionId } from '#contracts/ids.ts';
import type { HeldRoles } from '../../domain/access/role.ts';
import type { Account, Session, User } from '../../domain/account/user.ts';
import type { AddressHistory, SignInHistory } from '../../domain/session/sign-in-attempts.ts';

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
