import type { Viewer } from '#contracts/viewer.ts';
import { payload } from './payloads.ts';
import type { MutationResolvers } from './types.generated.ts';

export const mutations = {
  register: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const result = await app.commands.register({
      ...input,
      idempotencyKey: idempotencyKey ?? undefined,
      address: addressOf(viewer),
    });
    return payload('RegisterSuccess', result, (user) => ({ user }));
  },

  signIn: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const result = await app.commands.signIn({
      ...input,
      idempotencyKey: idempotencyKey ?? undefined,
      address: addressOf(viewer),
    });
    return payload('SignInSuccess', result, (signedIn) => signedIn);
  },
} satisfies MutationResolvers;

/** Clients whose address the gateway does not know share one count: guessing is slowed all the same. */
const addressOf = ({ address }: Viewer): string => address ?? 'unknown';
