/** A user's sign-in on one device, or a guest's visit. */
import type { z } from 'zod';
import type { GuestId, SessionId, UserId } from '#contracts/ids.ts';
import { oneLine } from '#contracts/one-line.ts';

const day = 24 * 60 * 60 * 1_000;

// 30 days: who comes back within a month is still signed in, and a guest still has a cart.
const idleLifeMs = 30 * day;
// 1 year: once in a while whoever has the device proves that they have the password, too.
const longestLifeMs = 365 * day;

/** Access tokens name it, so that it can be ended before they expire. */
export interface Session {
  readonly id: SessionId;
  readonly owner: SessionOwner;
  /** As the client calls it. */
  readonly device: DeviceName | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  /** When it was opened or last refreshed. */
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

export type SessionOwner = { readonly userId: UserId } | { readonly guestId: GuestId };

export type UserSession = Session & { readonly owner: { readonly userId: UserId } };

/** A guest who has a session. */
export interface GuestSession {
  readonly guestId: GuestId;
  readonly sessionId: SessionId;
}

// 100: more devices than anybody has, and a list that can still be read. The one that was used least recently makes room.
export const maxSessionsPerUser = 100;

/** When a session ends by itself if it is used now and not again. */
export const expiryOf = (createdAt: Date, now: Date): Date =>
  new Date(Math.min(now.getTime() + idleLifeMs, createdAt.getTime() + longestLifeMs));

/** What a session has that begins now. */
export const fromNow = (now: Date) => ({ createdAt: now, lastUsedAt: now, expiresAt: expiryOf(now, now) });

/** What a client calls its device, such as "Ada's phone": one line. */
export type DeviceName = string & z.$brand<'DeviceName'>;

// 100: room for the name of a browser and of a machine.
const longestDeviceName = 100;

/** The normalized name; `null` when there is none, `undefined` when it is not acceptable. */
export const parseDeviceName = (text: string | null | undefined): DeviceName | null | undefined => {
  const name = oneLine(text ?? '', longestDeviceName);
  if (!('text' in name)) return undefined;
  return name.text === '' ? null : (name.text as DeviceName);
};
