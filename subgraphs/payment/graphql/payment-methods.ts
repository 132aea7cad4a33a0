/** Payment methods on file. */
import { refuseCardNumber } from '#contracts/card-number.ts';
import { parseId } from '#contracts/ids.ts';
import { mayRead, type Viewer } from '#contracts/viewer.ts';
import { assertInput, requireId, requireSignedIn } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import type {
  MutationResolvers,
  PaymentMethodResolvers,
  SavePaymentMethodSuccessResolvers,
  UserResolvers,
} from './types.generated.ts';

/** The message does not repeat the token: errors are logged and shown. */
const tokenOf = (token: string): string => {
  assertInput(
    /^[\x21-\x7e]{1,200}$/.test(token),
    '"paymentMethodToken" has 1 to 200 printable characters, without spaces.',
  );
  refuseCardNumber(token, '"paymentMethodToken"');
  return token;
};

const askingUser = (viewer: Viewer, idempotencyKey: string | null | undefined) => {
  const { id: customerId, mergedGuestId } = requireSignedIn(viewer);
  return { customerId, mergedGuestId, idempotencyKey: idempotencyKey ?? undefined };
};

export const paymentMethodMutations = {
  savePaymentMethod: async (_, { idempotencyKey, input }, { viewer, app }) => {
    const command = { ...askingUser(viewer, idempotencyKey), token: tokenOf(input.paymentMethodToken) };
    return payload(await app.commands.savePaymentMethod(command), (paymentMethodId) => ({
      ...{ __typename: 'SavePaymentMethodSuccess', paymentMethodId },
    }));
  },
  removePaymentMethod: async (_, { idempotencyKey, input }, { viewer, app }) => {
    const paymentMethodId = requireId('PaymentMethod', input.paymentMethodId);
    const command = { ...askingUser(viewer, idempotencyKey), paymentMethodId };
    return payload(await app.commands.removePaymentMethod(command), () => ({
      ...{ __typename: 'RemovePaymentMethodSuccess', paymentMethodId },
    }));
  },
} satisfies MutationResolvers;

export const paymentMethodTypes = {
  PaymentMethod: { savedAt: ({ createdAt }) => createdAt } satisfies PaymentMethodResolvers,
  SavePaymentMethodSuccess: {
    // Only the one who has saved it comes here.
    paymentMethod: async ({ paymentMethodId }, _, { viewer, loaders }) => {
      const all = viewer.kind === 'user' ? await loaders.methodsOf.load(viewer.id) : [];
      return all.find(({ id }) => id === paymentMethodId) ?? null;
    },
  } satisfies SavePaymentMethodSuccessResolvers,
  User: {
    __resolveReference: (reference) => {
      const id = parseId('User', reference.id);
      return id ? { id } : null;
    },
    paymentMethods: ({ id }, _, { viewer, loaders }) =>
      mayRead(viewer, id, 'payments:read') ? loaders.methodsOf.load(id) : null,
  } satisfies UserResolvers,
};
