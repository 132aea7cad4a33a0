/** A user's sign-in on one device, or a guest's visit. */
import type { GuestId, SessionId, UserId } from '#contracts/ids.ts';

const day = 24 * 60 * 60 * 1_000;

// 30 days: who comes back within a month is still signed in, and a guest still has a cart.
const idleLifeMs = 30 * day;
// 1 year: once in a while whoever has the device proves that they have the password, too.
const longestLifeMs = 365 * day;

interface Visit {
  readonly id: SessionId;
  readonly createdAt: Date;
  /** When it was opened or last refreshed. */
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

/** Access tokens name it, so that it can be ended before they expire. */
export type Session = Visit & ({ readonly userId: UserId } | { readonly guestId: GuestId });

/** When a session ends by itself if it is used now and not again. */
export const expiryOf = (createdAt: Date, now: Date): Date =>
  new Date(Math.min(now.getTime() + idleLifeMs, createdAt.getTime() + longestLifeMs));

/** What a session has that begins now. */
export const fromNow = (now: Date) => ({ createdAt: now, lastUsedAt: now, expiresAt: expiryOf(now, now) });
