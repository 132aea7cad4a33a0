import type { Viewer } from '#contracts/viewer.ts';
import { payload } from '#platform/graphql/payload.ts';
import type { MutationResolvers } from './types.generated.ts';

export const mutations = {
  register: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...input, idempotencyKey: idempotencyKey ?? undefined, address: addressOf(viewer) };
    return payload(await app.commands.register(command), (user) => ({ __typename: 'RegisterSuccess', user }));
  },

  signIn: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const command = { ...input, idempotencyKey: idempotencyKey ?? undefined, address: addressOf(viewer) };
    return payload(await app.commands.signIn(command), (signedIn) => ({ __typename: 'SignInSuccess', ...signedIn }));
  },
} satisfies MutationResolvers;

/** Clients whose address the gateway does not know share one count: guessing is slowed all the same. */
const addressOf = ({ address }: Viewer): string => address ?? 'unknown';
