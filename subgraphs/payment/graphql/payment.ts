import { parseId } from '#contracts/ids.ts';
import { inCurrencyOf } from '../domain/payment.ts';
import { publicStatus } from '../domain/payment-states.ts';
import { refundable } from '../domain/refund.ts';
import type { PaymentResolvers } from './types.generated.ts';

export const payment = {
  // A malformed id is treated like an unknown one.
  __resolveReference: (reference, { loaders }) => {
    const id = parseId('Payment', reference.id);
    return id ? loaders.payments.load(id) : null;
  },
  clientSecret: (it, _, { viewer, app }) => app.reads.clientSecret(viewer, it),
  order: ({ orderId }) => ({ id: orderId }),
  captured: (it) => inCurrencyOf(it, it.captured),
  refunded: (it) => inCurrencyOf(it, it.refunded),
  status: ({ status }) => publicStatus[status],
  disputed: (it) => inCurrencyOf(it, it.disputed),
  disputes: ({ id }, _, { loaders }) => loaders.disputes.load(id),
  refundable: (it) => refundable(it),
  refunds: ({ id }, _, { loaders }) => loaders.refunds.load(id),
  ledger: ({ id }, _, { loaders }) => loaders.ledgers.load(id),
} satisfies PaymentResolvers;
