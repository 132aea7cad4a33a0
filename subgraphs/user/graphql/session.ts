import { parseId, type SessionId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { mayRead, type Viewer } from '#contracts/viewer.ts';
import { assertInput, requireId, requireSignedIn } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { type GuestSession, parseDeviceName, type SessionOwner } from '../domain/session/session.ts';
import type { ClientDevice } from '../usecases/session/open-session.ts';
import { addressOf } from './client-address.ts';
import type {
  MutationResolvers,
  RefreshSessionSuccessResolvers,
  SessionResolvers,
  UserResolvers,
} from './types.generated.ts';

export const sessionMutations = {
  startGuestSession: async (_, { input }, { app, viewer }) => {
    const started = await app.commands.startGuestSession(deviceOf(viewer, input?.device));
    return { __typename: 'StartGuestSessionSuccess', ...started };
  },

  signIn: async (_, { idempotencyKey, input: { device, ...input } }, { app, viewer }) => {
    const command = {
      ...input,
      idempotencyKey: idempotencyKey ?? undefined,
      address: addressOf(viewer),
      device: deviceOf(viewer, device),
      guest: guestOf(viewer),
    };
    return payload(await app.commands.signIn(command), ({ user, tokens }) => {
      const { accessToken, accessTokenExpiresAt: expiresAt } = tokens;
      return { __typename: 'SignInSuccess', user, tokens, accessToken, expiresAt };
    });
  },

  refreshSession: async (_, { input }, { app }) =>
    payload(await app.commands.refreshSession(input.refreshToken), (refreshed) => ({
      __typename: 'RefreshSessionSuccess',
      ...refreshed,
    })),

  signOut: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const own = requireSession(viewer);
    const sessionId = input?.sessionId == null ? own.sessionId : requireId('Session', input.sessionId);
    const command = { owner: own.owner, sessionId, idempotencyKey: idempotencyKey ?? undefined };
    return payload(await app.commands.signOut(command), (ended) => ({
      __typename: 'SignOutSuccess',
      sessionId: ended,
    }));
  },

  signOutEverywhere: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const { id: userId } = requireSignedIn(viewer);
    const except = input?.keepCurrent ? requireSession(viewer).sessionId : undefined;
    const command = { userId, except, idempotencyKey: idempotencyKey ?? undefined };
    return payload(await app.commands.signOutEverywhere(command), (endedSessions) => ({
      __typename: 'SignOutEverywhereSuccess',
      endedSessions,
    }));
  },
} satisfies MutationResolvers;

const deviceOf = (viewer: Viewer, name: string | null | undefined): ClientDevice => {
  const device = parseDeviceName(name);
  assertInput(device !== undefined, '"device" has up to 100 characters on a single line.');
  return { device: device ?? null, userAgent: viewer.userAgent ?? null };
};

const guestOf = (viewer: Viewer): GuestSession | undefined => {
  if (viewer.kind !== 'guest' || !viewer.session) return undefined;
  const sessionId = parseId('Session', viewer.session.sessionId);
  return sessionId && { guestId: viewer.session.guestId, sessionId };
};

/** The session of the request, a user's or a guest's; an API key has none. */
const requireSession = (viewer: Viewer): { owner: SessionOwner; sessionId: SessionId } => {
  const guest = guestOf(viewer);
  if (guest) return { owner: { guestId: guest.guestId }, sessionId: guest.sessionId };
  const sessionId = viewer.kind === 'user' ? parseId('Session', viewer.sessionId ?? '') : undefined;
  if (viewer.kind !== 'user' || !sessionId) throw new CallerFault('FORBIDDEN', 'This needs a session.');
  return { owner: { userId: viewer.id }, sessionId };
};

export const userSessions = {
  // Devices say more of a person than their name and address, which staff need to help them.
  sessions: ({ id }, _, { viewer, loaders }) => {
    if (!mayRead(viewer, id, 'users:manage'))
      throw new CallerFault('FORBIDDEN', "Another user's sessions are for viewers with the permission users:manage.");
    return loaders.sessionsOf.load(id);
  },
} satisfies UserResolvers;

export const session = {
  isCurrent: ({ id }, _, { viewer }) => viewer.kind === 'user' && viewer.sessionId === id,
} satisfies SessionResolvers;

export const refreshSessionSuccess = {
  // In the name of whose session it is: the request has no access token that is still good.
  user: async ({ owner }, _, { app }) => {
    if (!('userId' in owner)) return null;
    const { userId: id } = owner;
    const [user] = await app.reads.users({ kind: 'user', id, roles: [], permissions: [] }, [id]);
    return user ?? null;
  },
} satisfies RefreshSessionSuccessResolvers;
