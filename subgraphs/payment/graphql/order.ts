import { parseId } from '#contracts/ids.ts';
import { balanceOf } from '../domain/payment.ts';
import type { OrderResolvers } from './types.generated.ts';

export const order = {
  // Only the order subgraph knows whether the order exists: an unknown one simply has no payments.
  __resolveReference: (reference) => {
    const id = parseId('Order', reference.id);
    return id ? { id } : null;
  },
  payments: ({ id }, _, { loaders }) => loaders.paymentsOfOrder.load(id),
  balance: async ({ id }, _, { loaders }) => balanceOf(await loaders.paymentsOfOrder.load(id)),
} satisfies OrderResolvers;
