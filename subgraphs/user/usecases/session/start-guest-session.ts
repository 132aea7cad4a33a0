import type { GuestId } from '#contracts/ids.ts';
import type { Deps } from '../ports.ts';
import { type ClientDevice, issueOf, openSession, type SessionTokens, signTokens } from './open-session.ts';

export interface StartedGuestSession {
  readonly guestId: GuestId;
  readonly tokens: SessionTokens;
}

/**
 * A guest with an id, so that a cart, orders and payments can be theirs. Repeating it makes another guest, who has nothing:
 * with a key that somebody else happens to use, it would make two people one.
 */
export const startGuestSession =
  (deps: Deps) =>
  async (device: ClientDevice): Promise<StartedGuestSession> => {
    const refreshToken = deps.refreshTokens.create();
    const guestId = deps.newId('Guest');
    const owner = { guestId };
    const issued = await deps.transaction(async (stores) => {
      const { sessionId, refreshTokenExpiresAt } = await openSession(stores, deps, { owner, device, refreshToken });
      return { ...(await issueOf(stores, sessionId, owner)), refreshToken, refreshTokenExpiresAt };
    });
    return { guestId, tokens: await signTokens(deps, issued) };
  };
