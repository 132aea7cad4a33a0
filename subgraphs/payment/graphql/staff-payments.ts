/** What staff do to payments by hand. */
import { refuseCardNumber } from '#contracts/card-number.ts';
import { assertInput, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import type { GraphqlContext, PaymentReference } from './loaders.ts';
import type { MoneyInput, MutationResolvers } from './types.generated.ts';

const amountOf = (amount: MoneyInput): MoneyInput => {
  assertInput(amount.amount >= 1, '"amount" must be more than nothing.');
  return amount;
};

// Printable, of any script: it is shown to staff and never given to the provider.
const acceptableReason = /^[^\p{C}]{1,200}$/u;

const reasonOf = (reason: string): string => {
  assertInput(acceptableReason.test(reason) && reason.trim() !== '', '"reason" has 1 to 200 printable characters.');
  refuseCardNumber(reason, 'reason');
  return reason;
};

export const staffPaymentMutations = {
  capturePayment: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const paymentId = requireId('Payment', input.paymentId);
    const amount = input.amount ? amountOf(input.amount) : undefined;
    const result = await app.commands.captureForStaff({
      ...{ by, idempotencyKey, paymentId, amount },
      isFinal: input.isFinal ?? true,
    });
    return payload(result, () => ({ __typename: 'CapturePaymentSuccess', paymentId }));
  },
  voidPayment: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const paymentId = requireId('Payment', input.paymentId);
    const result = await app.commands.voidForStaff({ by, idempotencyKey, paymentId });
    return payload(result, () => ({ __typename: 'VoidPaymentSuccess', paymentId }));
  },
  refundPayment: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const paymentId = requireId('Payment', input.paymentId);
    const amount = input.amount ? amountOf(input.amount) : undefined;
    const reason = reasonOf(input.reason);
    const result = await app.commands.refundForStaff({ by, idempotencyKey, paymentId, amount, reason });
    return payload(result, (refundId) => ({ __typename: 'RefundPaymentSuccess', refundId, paymentId }));
  },
  recordOfflinePayment: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const paymentId = requireId('Payment', input.paymentId);
    const command = { by, idempotencyKey, paymentId, amount: amountOf(input.amount) };
    return payload(await app.commands.recordOfflinePayment(command), () => ({
      ...{ __typename: 'RecordOfflinePaymentSuccess', paymentId },
    }));
  },
  recordOfflineRefund: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const paymentId = requireId('Payment', input.paymentId);
    const command = { by, idempotencyKey, paymentId, amount: amountOf(input.amount) };
    return payload(await app.commands.recordOfflineRefund(command), () => ({
      ...{ __typename: 'RecordOfflineRefundSuccess', paymentId },
    }));
  },
} satisfies MutationResolvers;

const itsPayment = {
  payment: ({ paymentId }: PaymentReference, _: object, { loaders }: GraphqlContext) =>
    loaders.payments.load(paymentId),
};

export const staffPaymentTypes = {
  CapturePaymentSuccess: itsPayment,
  VoidPaymentSuccess: itsPayment,
  RefundPaymentSuccess: itsPayment,
  RecordOfflinePaymentSuccess: itsPayment,
  RecordOfflineRefundSuccess: itsPayment,
};
