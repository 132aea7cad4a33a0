import { parseId } from '#contracts/ids.ts';
import { requireSignedIn } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { addressOf } from './client-address.ts';
import type { MutationResolvers, QueryResolvers, RegisterSuccessResolvers, UserResolvers } from './types.generated.ts';

export const accountQueries = {
  me: (_, __, { viewer, loaders }) => (viewer.kind === 'user' ? loaders.users.load(viewer.id) : null),

  user: (_, args, { loaders }) => {
    const id = parseId('User', args.id);
    return id ? loaders.users.load(id) : null;
  },

  exportMyData: (_, __, { app, viewer }) => app.queries.exportMyData(requireSignedIn(viewer).id),
} satisfies QueryResolvers;

const ownSession = (id: string | undefined) => (id ? parseId('Session', id) : undefined);

export const accountMutations = {
  register: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...input, idempotencyKey: idempotencyKey ?? undefined, address: addressOf(viewer) };
    return payload(await app.commands.register(command), (user) => ({ __typename: 'RegisterSuccess', user }));
  },

  verifyEmail: async (_, { input }, { app }) =>
    payload(await app.commands.verifyEmail(input.token), (email) => ({ __typename: 'VerifyEmailSuccess', email })),

  resendVerification: async (_, { idempotencyKey, input }, { app }) =>
    payload(
      await app.commands.resendVerification({ ...input, idempotencyKey: idempotencyKey ?? undefined }),
      (email) => ({ __typename: 'ResendVerificationSuccess', email }),
    ),

  requestPasswordReset: async (_, { idempotencyKey, input }, { app }) =>
    payload(
      await app.commands.requestPasswordReset({ ...input, idempotencyKey: idempotencyKey ?? undefined }),
      (email) => ({ __typename: 'RequestPasswordResetSuccess', email }),
    ),

  resetPassword: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...input, idempotencyKey: idempotencyKey ?? undefined, address: addressOf(viewer) };
    return payload(await app.commands.resetPassword(command), (email) => ({
      ...{ __typename: 'ResetPasswordSuccess', email },
    }));
  },

  changePassword: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const { id: userId, sessionId } = requireSignedIn(viewer);
    const own = { userId, sessionId: ownSession(sessionId), address: addressOf(viewer) };
    const command = { ...input, ...own, idempotencyKey: idempotencyKey ?? undefined };
    return payload(await app.commands.changePassword(command), (user) => ({
      ...{ __typename: 'ChangePasswordSuccess', user },
    }));
  },

  requestEmailChange: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const own = { userId: requireSignedIn(viewer).id, address: addressOf(viewer) };
    const command = { ...input, ...own, idempotencyKey: idempotencyKey ?? undefined };
    return payload(await app.commands.requestEmailChange(command), (email) => ({
      ...{ __typename: 'RequestEmailChangeSuccess', email },
    }));
  },

  confirmEmailChange: async (_, { input }, { app, viewer }) => {
    const sessionId = viewer.kind === 'user' ? ownSession(viewer.sessionId) : undefined;
    return payload(await app.commands.confirmEmailChange({ ...input, sessionId }), (email) => ({
      ...{ __typename: 'ConfirmEmailChangeSuccess', email },
    }));
  },

  closeAccount: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...input, idempotencyKey, userId: requireSignedIn(viewer).id, address: addressOf(viewer) };
    return payload(await app.commands.closeAccount(command), (userId) => ({
      ...{ __typename: 'CloseAccountSuccess', userId },
    }));
  },

  updateProfile: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...input, idempotencyKey: idempotencyKey ?? undefined, userId: requireSignedIn(viewer).id };
    return payload(await app.commands.updateProfile(command), (user) => ({ __typename: 'UpdateProfileSuccess', user }));
  },
} satisfies MutationResolvers;

export const registerSuccess = { user: ({ user }) => user ?? null } satisfies RegisterSuccessResolvers;

export const user = {
  // A malformed id is treated like an unknown one.
  __resolveReference: (reference, { loaders }) => {
    const id = parseId('User', reference.id);
    return id ? loaders.users.load(id) : null;
  },
} satisfies UserResolvers;
