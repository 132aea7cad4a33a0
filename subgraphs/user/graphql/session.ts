import { payload } from '#platform/graphql/payload.ts';
import { addressOf } from './client-address.ts';
import type { MutationResolvers } from './types.generated.ts';

export const sessionMutations = {
  signIn: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...input, idempotencyKey: idempotencyKey ?? undefined, address: addressOf(viewer) };
    return payload(await app.commands.signIn(command), (signedIn) => ({ __typename: 'SignInSuccess', ...signedIn }));
  },
} satisfies MutationResolvers;
