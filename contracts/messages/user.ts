/** Events of an account and of its sessions. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { GuestId, SessionId, UserId } from '../ids.ts';

export const UserRegistered = defineMessage({
  type: 'user.registered',
  version: 1,
  kind: 'event',
  owner: 'user',
  description: 'An account can be used: its address was registered or, where verification is required, verified.',
  data: z.object({ userId: UserId }),
});

export const UserGuestMerged = defineMessage({
  type: 'user.guest-merged',
  version: 1,
  kind: 'event',
  owner: 'user',
  description: 'A guest has signed in: what belonged to the guest belongs to the user from now on. Once per guest.',
  data: z.object({ guestId: GuestId, userId: UserId }),
});

export const UserClosed = defineMessage({
  type: 'user.closed',
  version: 1,
  kind: 'event',
  owner: 'user',
  description: 'An account was closed: whoever holds personal data of the user anonymises it.',
  data: z.object({ userId: UserId }),
});

export const accessRevocationReasons = [
  'SIGNED_OUT',
  'SIGNED_OUT_EVERYWHERE',
  'PASSWORD_CHANGED',
  'PASSWORD_RESET',
  'EMAIL_CHANGED',
  'ROLES_CHANGED',
  'ACCOUNT_CLOSED',
  'REFRESH_TOKEN_REUSED',
  'API_KEY_REVOKED',
] as const;

export const UserAccessRevoked = defineMessage({
  type: 'user.access-revoked',
  version: 1,
  kind: 'event',
  owner: 'user',
  description:
    'Access tokens issued until then are refused: those of a session (`sessionId`), or all of a user. Its aggregate is the session, the user or the API key that lost access.',
  data: z.object({
    /** Null for a guest and for an API key. */
    userId: UserId.nullable(),
    /** Null when it is not about a single session. */
    sessionId: SessionId.nullable(),
    reason: z.enum(accessRevocationReasons),
  }),
});
