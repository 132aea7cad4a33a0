import { refuseCardNumber } from '#contracts/card-number.ts';
import { assertInput, requireCustomer, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import type { MutationResolvers } from './types.generated.ts';

// 100: longer than any code a bank sends; printable, because it is passed to the provider as it is.
const acceptableCode = /^[\x20-\x7e]{1,100}$/;

export const mutations = {
  confirmPayment: async (_, { idempotencyKey, input: { paymentId, code } }, { viewer, app }) => {
    const asking = requireCustomer(viewer);
    assertInput(acceptableCode.test(code), 'A code has 1 to 100 printable ASCII characters.');
    refuseCardNumber(code, 'The code');
    const command = { ...asking, idempotencyKey, paymentId: requireId('Payment', paymentId), code };
    return payload(await app.commands.confirmPayment(command), (id) => ({
      __typename: 'ConfirmPaymentSuccess',
      paymentId: id,
    }));
  },
} satisfies MutationResolvers;
