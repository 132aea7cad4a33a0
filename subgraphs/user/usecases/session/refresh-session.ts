import { fail, ok, type Result } from '#contracts/result.ts';
import { type InvalidToken, invalidToken } from '../../domain/failures.ts';
import { refreshOutcome } from '../../domain/session/refresh.ts';
import { expiryOf, type SessionOwner } from '../../domain/session/session.ts';
import type { Deps, Stores } from '../ports.ts';
import { reportRevoked } from './end-sessions.ts';
import { type IssuedTokens, issueOf, type SessionTokens, signTokens } from './open-session.ts';
import type { KnownSession, RefreshTokenText } from './ports.ts';

export interface RefreshedSession {
  readonly owner: SessionOwner;
  readonly tokens: SessionTokens;
}

/**
 * Exchanges a refresh token for its successor and a new access token, which has the roles that the user has now. A token
 * that has been exchanged before ends the session, and with it whatever its thief has (RFC 9700, 4.14.2); only within a few
 * seconds, and while nobody has used the successor, its client gets the same one again.
 */
export const refreshSession =
  (deps: Deps) =>
  async (presented: string): Promise<Result<RefreshedSession, InvalidToken>> => {
    const token = deps.refreshTokens.parse(presented);
    if (!token) return fail(invalidToken);
    const salt = deps.refreshTokens.newSalt();
    const hash = deps.refreshTokens.hash(token);
    const issued = await deps.transaction((stores) => exchange(stores, deps, { token, hash, salt }), hash);
    if (!issued) return fail(invalidToken);
    return ok({ owner: issued.owner, tokens: await signTokens(deps, issued) });
  };

interface Presented {
  readonly token: RefreshTokenText;
  readonly hash: string;
  /** What its successor is derived with, if it has none yet. */
  readonly salt: string;
}

const exchange = async (
  stores: Stores,
  { refreshTokens }: Deps,
  { token, hash, salt }: Presented,
): Promise<IssuedTokens | undefined> => {
  const { sessions } = stores;
  const session = await sessions.lockOfToken(hash);
  // Read once the session is locked: whoever holds the same token may just have used it.
  const stored = session && (await sessions.token(hash));
  if (!stored) return undefined;
  const refreshToken = refreshTokens.successor(token, stored.salt ?? salt);
  const successorHash = refreshTokens.hash(refreshToken);
  const successor = stored.salt === null ? undefined : await sessions.token(successorHash);
  const issue = await issueOf(stores, session.id, session.owner);
  const { issuedAt } = issue;
  const refreshTokenExpiresAt = successor?.expiresAt ?? expiryOf(session.createdAt, issuedAt);
  switch (refreshOutcome({ session, token: stored, successor, now: issuedAt })) {
    case 'ROTATE': {
      const issued = { hash: successorHash, issuedAt, expiresAt: refreshTokenExpiresAt };
      await sessions.rotate({ sessionId: session.id, hash, salt, successor: issued });
      return { ...issue, refreshToken, refreshTokenExpiresAt };
    }
    case 'REPEAT':
      return { ...issue, refreshToken, refreshTokenExpiresAt };
    case 'REUSED':
      await endStolen(stores, session);
      return undefined;
    case 'INVALID':
      return undefined;
  }
};

/** One of the two who have the token is not the owner, and there is no telling which: both are out. */
const endStolen = async (stores: Stores, { id, owner }: KnownSession): Promise<void> => {
  if (!(await stores.sessions.end(id, owner, 'REFRESH_TOKEN_REUSED'))) return;
  await stores.denials.add(id);
  await reportRevoked(stores, { owner, sessionId: id, reason: 'REFRESH_TOKEN_REUSED' });
};
