import { payload } from './payloads.ts';
import type { MutationResolvers } from './types.generated.ts';

export const mutations: MutationResolvers = {
  register: async (_, { idempotencyKey, input }, { app }) => {
    const result = await app.commands.register({ ...input, idempotencyKey: idempotencyKey ?? undefined });
    return payload('RegisterSuccess', result, (user) => ({ user }));
  },

  signIn: async (_, { idempotencyKey, input }, { app }) => {
    const result = await app.commands.signIn({ ...input, idempotencyKey: idempotencyKey ?? undefined });
    return payload('SignInSuccess', result, (signedIn) => signedIn);
  },
};
