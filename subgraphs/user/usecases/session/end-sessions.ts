import { message } from '#contracts/envelope.ts';
import type { SessionId, UserId } from '#contracts/ids.ts';
import { UserAccessRevoked } from '#contracts/messages/user.ts';
import { CallerFault, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { SessionOwner } from '../../domain/session/session.ts';
import type { Deps, Stores } from '../ports.ts';
import type { SessionEndReason } from './ports.ts';

export interface SignOut {
  readonly idempotencyKey: string | undefined;
  readonly owner: SessionOwner;
  readonly sessionId: SessionId;
}

/** Ends one of the viewer's sessions. One that has ended already is signed out, too. */
export const signOut =
  ({ transaction }: Deps) =>
  async ({ idempotencyKey: key, owner, sessionId }: SignOut): Promise<Result<SessionId, IdempotencyConflict>> =>
    transaction(async (stores) => {
      const { sessions, denials, idempotency } = stores;
      const request = { actor: actorOf(owner), operation: 'signOut', key, input: { sessionId } };
      return idempotency.once<SessionId, never>(request, async () => {
        if (await sessions.end(sessionId, owner, 'SIGNED_OUT')) {
          await denials.add(sessionId);
          await reportRevoked(stores, { owner, sessionId, reason: 'SIGNED_OUT' });
        } else if (!(await sessions.isOf(sessionId, owner))) {
          throw new CallerFault('NOT_FOUND', 'There is no such session.');
        }
        return ok(sessionId);
      });
    }, sessionId);

export interface SignOutEverywhere {
  readonly idempotencyKey: string | undefined;
  readonly userId: UserId;
  /** The one that goes on. */
  readonly except: SessionId | undefined;
}

/** Ends all of a user's sessions, and says how many those were. */
export const signOutEverywhere =
  ({ transaction }: Deps) =>
  async ({ idempotencyKey: key, userId, except }: SignOutEverywhere): Promise<Result<number, IdempotencyConflict>> =>
    transaction(async (stores) => {
      const request = { actor: userId, operation: 'signOutEverywhere', key, input: { except: except ?? null } };
      return stores.idempotency.once<number, never>(request, async () =>
        ok(await endSessionsOf(stores, userId, { reason: 'SIGNED_OUT_EVERYWHERE', except })),
      );
    }, userId);

/**
 * Ends a user's sessions, all or all but one, within the transaction of the reason: from its commit on none can be
 * refreshed, and within seconds their access tokens are refused. Returns how many have ended.
 */
export const endSessionsOf = async (
  stores: Pick<Stores, 'sessions' | 'denials' | 'outbox'>,
  userId: UserId,
  { reason, except }: { readonly reason: SessionEndReason; readonly except?: SessionId | undefined },
): Promise<number> => {
  const { sessions, denials } = stores;
  await sessions.lockUser(userId);
  const ended = await sessions.endAll(userId, reason, except);
  await denials.add(...(except ? ended : [userId]));
  if (ended.length > 0 || !except) await reportRevoked(stores, { owner: { userId }, sessionId: null, reason });
  return ended.length;
};

/** For the record; and the change notification that follows from it has every gateway read the denials at once. */
export const reportRevoked = async (
  { outbox }: Pick<Stores, 'outbox'>,
  { owner, sessionId, reason }: { owner: SessionOwner; sessionId: SessionId | null; reason: SessionEndReason },
): Promise<void> => {
  const userId = 'userId' in owner ? owner.userId : null;
  const aggregate = { type: 'session', id: sessionId ?? actorOf(owner) };
  await outbox.add(message(UserAccessRevoked, aggregate, { userId, sessionId, reason }));
};

const actorOf = (owner: SessionOwner): string => ('userId' in owner ? owner.userId : owner.guestId);
