import { parseId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { confirmPaymentPayload } from './payloads.ts';
import type { MutationResolvers } from './types.generated.ts';

// 100: longer than any code a bank sends; printable, because it goes on to the provider as it is.
const acceptableCode = /^[\x20-\x7e]{1,100}$/;

export const mutations = {
  confirmPayment: async (_, { idempotencyKey, input: { paymentId: text, code } }, { viewer, app }) => {
    if (viewer.kind !== 'user') throw new CallerFault('UNAUTHENTICATED', 'Sign in to confirm a payment.');
    if (!acceptableCode.test(code))
      throw new CallerFault('BAD_USER_INPUT', 'A code has 1 to 100 printable ASCII characters.');
    const paymentId = parseId('Payment', text);
    if (!paymentId) throw new CallerFault('NOT_FOUND', 'There is no such payment.');
    const command = { customerId: viewer.id, idempotencyKey, paymentId, code };
    return confirmPaymentPayload(await app.commands.confirmPayment(command));
  },
} satisfies MutationResolvers;
