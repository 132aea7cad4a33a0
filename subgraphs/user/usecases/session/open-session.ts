import type { SessionId } from '#contracts/ids.ts';
import type { Role } from '../../domain/access/role.ts';
import { fromNow, type Session, type SessionOwner } from '../../domain/session/session.ts';
import type { Deps, Stores } from '../ports.ts';
import type { AccessToken, Issue, RefreshTokenText } from './ports.ts';

/** What the client says of itself. */
export type ClientDevice = Pick<Session, 'device' | 'userAgent'>;

export interface SessionTokens extends AccessToken {
  readonly refreshToken: RefreshTokenText;
  readonly refreshTokenExpiresAt: Date;
}

/** What a transaction has decided to issue. */
export interface IssuedTokens extends Issue {
  readonly refreshToken: RefreshTokenText;
  readonly refreshTokenExpiresAt: Date;
}

export interface OpenedSession {
  readonly sessionId: SessionId;
  readonly refreshTokenExpiresAt: Date;
}

/** Writes a new session with its first refresh token. Of a user, once the account is held. */
export const openSession = async (
  { sessions, now }: Pick<Stores, 'sessions' | 'now'>,
  { newId, refreshTokens }: Pick<Deps, 'newId' | 'refreshTokens'>,
  { owner, device, refreshToken }: { owner: SessionOwner; device: ClientDevice; refreshToken: RefreshTokenText },
): Promise<OpenedSession> => {
  const session: Session = { id: newId('Session'), owner, ...device, ...fromNow(now) };
  const { createdAt: issuedAt, expiresAt } = session;
  await sessions.insert(session, { hash: refreshTokens.hash(refreshToken), issuedAt, expiresAt });
  return { sessionId: session.id, refreshTokenExpiresAt: expiresAt };
};

/**
 * The rest of what an access token says. The user is held and the session locked, so whoever takes a role or ends the
 * session now waits for this transaction, and denies this token, too.
 */
export const issueOf = async (
  { roles, denials }: Pick<Stores, 'roles' | 'denials'>,
  sessionId: SessionId,
  owner: SessionOwner,
): Promise<Issue> => {
  const held: readonly Role[] = 'userId' in owner ? await roles.of(owner.userId) : [];
  const subject = 'userId' in owner ? owner.userId : owner.guestId;
  return { sessionId, owner, roles: held, issuedAt: await denials.timeOfIssue(sessionId, subject) };
};

/** Signs outside of the transaction: it takes time, and no connection. */
export const signTokens = async (
  { accessTokens }: Pick<Deps, 'accessTokens'>,
  { refreshToken, refreshTokenExpiresAt, ...issue }: IssuedTokens,
): Promise<SessionTokens> => ({ ...(await accessTokens.issue(issue)), refreshToken, refreshTokenExpiresAt });
