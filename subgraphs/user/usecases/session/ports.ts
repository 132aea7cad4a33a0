/** What the use cases of sessions need from outside. */
import type { z } from 'zod';
import type { AccessDenials } from '#contracts/access-denials.ts';
import type { Email } from '#contracts/email.ts';
import type { ApiKeyId, GuestId, SessionId, UserId } from '#contracts/ids.ts';
import type { Role } from '../../domain/access/role.ts';
import type { Account, User } from '../../domain/account/user.ts';
import type { RefreshToken } from '../../domain/session/refresh.ts';
import type { GuestSession, Session, SessionOwner, UserSession } from '../../domain/session/session.ts';
import type { AddressHistory, SignInHistory } from '../../domain/session/sign-in-attempts.ts';

/** A refresh token in clear: given to its client, never stored. */
export type RefreshTokenText = string & z.$brand<'RefreshToken'>;

export interface RefreshTokens {
  create(): RefreshTokenText;
  /** `undefined` when it cannot be one of ours. */
  parse(text: string): RefreshTokenText | undefined;
  /** By which it is stored. */
  hash(token: RefreshTokenText): string;
  newSalt(): string;
  /** The same for the same token and salt, and no way back. */
  successor(token: RefreshTokenText, salt: string): RefreshTokenText;
}

export interface NewRefreshToken {
  readonly hash: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export type StoredRefreshToken = RefreshToken & { readonly salt: string | null };

/** A session that may have ended. */
export interface KnownSession extends Session {
  readonly endedAt: Date | null;
  readonly refreshes: number;
}

export type SessionEndReason =
  | 'SIGNED_OUT'
  | 'SIGNED_OUT_EVERYWHERE'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_RESET'
  | 'EMAIL_CHANGED'
  | 'ACCOUNT_CLOSED'
  | 'REFRESH_TOKEN_REUSED';

/**
 * Locks are taken in one order: the user, then sessions. Whoever issues a token to a user shares the user's lock; whoever
 * revokes one has it alone.
 */
export interface SessionStore {
  /**
   * Until the transaction ends, nobody changes this account or revokes its access. False when its password has been
   * changed, or the account closed, since it was read.
   */
  holdAccount(account: Account): Promise<boolean>;
  /** Until the transaction ends, nobody issues a token to the user. */
  lockUser(userId: UserId): Promise<void>;
  insert(session: Session, token: NewRefreshToken): Promise<void>;
  /** The user has signed in before, as far as is still known, and never from a client that says this of itself. */
  isNewDevice(userId: UserId, device: Pick<Session, 'device' | 'userAgent'>): Promise<boolean>;
  /** Ends what a user has beyond `keep` sessions, those first that were used least recently. */
  endExcess(userId: UserId, keep: number): Promise<void>;
  lock(id: SessionId): Promise<KnownSession | undefined>;
  /** Locks the session that a token belongs to, and holds its user. */
  lockOfToken(hash: string): Promise<KnownSession | undefined>;
  addToken(sessionId: SessionId, token: NewRefreshToken): Promise<void>;
  token(hash: string): Promise<StoredRefreshToken | undefined>;
  /** The token is used, its successor issued, and the session used. The session is locked. */
  rotate(rotation: {
    readonly sessionId: SessionId;
    readonly hash: string;
    readonly salt: string;
    readonly successor: NewRefreshToken;
  }): Promise<void>;
  /** False when it does not exist, is not the owner's, or has ended before. */
  end(id: SessionId, owner: SessionOwner, reason: SessionEndReason | 'MERGED'): Promise<boolean>;
  isOf(id: SessionId, owner: SessionOwner): Promise<boolean>;
  /** Ends all of a user but one, and returns them. */
  endAll(userId: UserId, reason: SessionEndReason, except: SessionId | undefined): Promise<readonly SessionId[]>;
  /** False when the guest was merged before. */
  recordMerge(guest: GuestSession, userId: UserId): Promise<boolean>;
  /** Whether the guest has become this user. */
  isMerged(guestId: GuestId, userId: UserId): Promise<boolean>;
  /** Deletes expired sessions and tokens, at most `limit` rows of each kind. Returns the number of rows. */
  dropExpired(limit: number): Promise<number>;
}

export interface SessionReads {
  /** Those that have not ended, of each of these users, the last used first. One statement. */
  sessionsOf(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly UserSession[]>>;
}

/** Whose access can be revoked. */
export type Deniable = SessionId | UserId | GuestId | ApiKeyId;

export interface DenialStore {
  /**
   * From the commit on, access tokens of these that were issued until now are refused by every gateway, within seconds.
   * After a change of what the tokens say (roles, say) and in its transaction. Waits for whoever is issuing one to them.
   */
  add(...subjects: readonly Deniable[]): Promise<void>;
  /** A time for a token that names these: it is now, and no denial so far refuses it. Once they are locked or held. */
  timeOfIssue(...subjects: readonly Deniable[]): Promise<Date>;
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
  /** Not of a closed account. */
  owner(id: UserId): Promise<User | undefined>;
  history(email: Email, address: string): Promise<SignInHistory>;
}

export interface AccessToken {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
}

/** What a session's tokens are about to say. */
export interface Issue {
  readonly sessionId: SessionId;
  readonly owner: SessionOwner;
  /** Of the transaction that decided on the issue. */
  readonly roles: readonly Role[];
  readonly issuedAt: Date;
  /** Of a user who has just signed in as more than a guest. */
  readonly mergedGuest?: GuestId | undefined;
}

export interface AccessTokens {
  issue(issue: Issue): Promise<AccessToken>;
}
