import { parseEmail } from '#contracts/email.ts';
import { message } from '#contracts/envelope.ts';
import type { GuestId, SessionId, UserId } from '#contracts/ids.ts';
import { UserGuestMerged } from '#contracts/messages/user.ts';
import { fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { typedPassword } from '../../domain/account/password.ts';
import type { Account, User } from '../../domain/account/user.ts';
import { emailNotVerified, invalidCredentials, type SignInFailure } from '../../domain/failures.ts';
import { type GuestSession, maxSessionsPerUser } from '../../domain/session/session.ts';
import type { Deps, Stores } from '../ports.ts';
import {
  type ClientDevice,
  type IssuedTokens,
  issueOf,
  type OpenedSession,
  openSession,
  type SessionTokens,
  signTokens,
} from './open-session.ts';
import type { RefreshTokenText } from './ports.ts';
import { provePassword } from './prove-password.ts';

export interface SignIn {
  readonly idempotencyKey: string | undefined;
  readonly email: string;
  readonly password: string;
  /** The client address that limits apply to. */
  readonly address: string;
  readonly device: ClientDevice;
  /** Who signs in, as whom they were known until now. */
  readonly guest: GuestSession | undefined;
}

export interface SignedIn {
  readonly user: User;
  readonly tokens: SessionTokens;
}

/**
 * Opens a session, issues its tokens, and makes a guest's belongings the user's. A retry with the same key gets further
 * tokens of the same session.
 */
export const signIn =
  (deps: Deps) =>
  async (command: SignIn): Promise<Result<SignedIn, SignInFailure>> => {
    const email = parseEmail(command.email);
    const password = typedPassword(command.password);
    if (!email || !password) return fail(invalidCredentials);
    // Also for a retry: a key proves no identity, and tokens are not stored to be returned again.
    const proof = await provePassword(deps)({ email, password, address: command.address });
    if (!proof.ok) return proof;
    const { user } = proof.value;
    if (deps.emailVerification === 'required' && !user.emailVerifiedAt) return fail(emailNotVerified);
    const issued = await openUserSession(deps, proof.value, command);
    if (!issued.ok) return issued;
    return ok({ user, tokens: await signTokens(deps, issued.value) });
  };

const openUserSession = async (deps: Deps, account: Account, command: SignIn) => {
  const refreshToken = deps.refreshTokens.create();
  const userId = account.user.id;
  return deps.transaction(async (stores): Promise<Result<IssuedTokens, SignInFailure>> => {
    // The password was checked before this transaction. Where it has been changed since, all sessions have ended, and this
    // one would outlive them.
    if (!(await stores.sessions.holdAccount(account))) return fail(invalidCredentials);
    const opened = await openOrContinue(stores, deps, { user: account.user, command, refreshToken });
    if (!opened.ok) return opened;
    const mergedGuest = command.guest && (await mergeGuest(stores, command.guest, userId));
    const { sessionId, refreshTokenExpiresAt } = opened.value;
    const issue = { ...(await issueOf(stores, sessionId, { userId })), mergedGuest };
    return ok({ ...issue, refreshToken, refreshTokenExpiresAt });
  }, userId);
};

interface Opening {
  readonly user: User;
  readonly command: SignIn;
  readonly refreshToken: RefreshTokenText;
}

/** A new session, or the one that an earlier request with the same key has opened, as long as that goes on. */
const openOrContinue = async (
  stores: Stores,
  deps: Deps,
  { user: { id: userId, emailVerifiedAt }, command: { idempotencyKey: key, device }, refreshToken }: Opening,
): Promise<Result<OpenedSession, IdempotencyConflict>> => {
  let opened: OpenedSession | undefined;
  const open = async () => {
    const isNewDevice = await stores.sessions.isNewDevice(userId, device);
    opened = await openSession(stores, deps, { owner: { userId }, device, refreshToken });
    if (isNewDevice) {
      // Its name is text of whoever signs in, and until the address is verified that may be a stranger to its owner.
      const params = { device: emailVerifiedAt ? (device.device ?? device.userAgent) : null };
      await stores.deliveries.add({ sourceId: opened.sessionId, userId, kind: 'NEW_SIGN_IN', params });
    }
    await stores.sessions.endExcess(userId, maxSessionsPerUser);
    return opened;
  };
  // The verified user is the actor, so there is no other input: the password must not be part of it.
  const request = { actor: userId, operation: 'signIn', key, input: {} };
  const session = await stores.idempotency.once<SessionId, never>(request, async () => ok((await open()).sessionId));
  if (!session.ok) return session;
  return ok(opened ?? (await continued(stores, deps, session.value, refreshToken)) ?? (await open()));
};

/** A further token of a session; undefined when that has ended. */
const continued = async (
  { sessions, now }: Stores,
  { refreshTokens }: Deps,
  sessionId: SessionId,
  refreshToken: RefreshTokenText,
): Promise<OpenedSession | undefined> => {
  const session = await sessions.lock(sessionId);
  if (!session || session.endedAt || session.expiresAt <= now) return undefined;
  const { expiresAt } = session;
  await sessions.addToken(sessionId, { hash: refreshTokens.hash(refreshToken), issuedAt: now, expiresAt });
  return { sessionId, refreshTokenExpiresAt: expiresAt };
};

/**
 * Once per guest, whoever signs in first: their session ends, so a second one finds nothing to merge. The guest, when it is
 * this user whom they have become, by now or before.
 */
const mergeGuest = async (
  { sessions, denials, notifications, outbox }: Stores,
  guest: GuestSession,
  userId: UserId,
): Promise<GuestId | undefined> => {
  const { guestId, sessionId } = guest;
  if ((await sessions.end(sessionId, { guestId }, 'MERGED')) && (await sessions.recordMerge(guest, userId))) {
    await denials.add(sessionId);
    await notifications.merge(guestId, userId);
    await outbox.add(message(UserGuestMerged, { type: 'guest', id: guestId }, { guestId, userId }));
    return guestId;
  }
  return (await sessions.isMerged(guestId, userId)) ? guestId : undefined;
};
