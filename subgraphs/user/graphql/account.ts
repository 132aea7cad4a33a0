import { parseId } from '#contracts/ids.ts';
import { requireSignedIn } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { addressOf } from './client-address.ts';
import type { MutationResolvers, QueryResolvers, UserResolvers } from './types.generated.ts';

export const accountQueries = {
  me: (_, __, { viewer, loaders }) => (viewer.kind === 'user' ? loaders.users.load(viewer.id) : null),

  user: (_, args, { loaders }) => {
    const id = parseId('User', args.id);
    return id ? loaders.users.load(id) : null;
  },
} satisfies QueryResolvers;

export const accountMutations = {
  register: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...input, idempotencyKey: idempotencyKey ?? undefined, address: addressOf(viewer) };
    return payload(await app.commands.register(command), (user) => ({ __typename: 'RegisterSuccess', user }));
  },

  updateProfile: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...input, idempotencyKey: idempotencyKey ?? undefined, userId: requireSignedIn(viewer).id };
    return payload(await app.commands.updateProfile(command), (user) => ({ __typename: 'UpdateProfileSuccess', user }));
  },
} satisfies MutationResolvers;

export const user = {
  // A malformed id is treated like an unknown one.
  __resolveReference: (reference, { loaders }) => {
    const id = parseId('User', reference.id);
    return id ? loaders.users.load(id) : null;
  },
} satisfies UserResolvers;
