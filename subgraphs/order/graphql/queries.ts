import { parseId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { readOrderNumber } from '../domain/order/order-number.ts';
import { orderConnection } from './order-connection.ts';
import type { QueryResolvers } from './types.generated.ts';

export const queries = {
  cart: (_, __, { viewer, loaders }) => (viewer.kind === 'user' ? loaders.cartsOf.load(viewer.id) : null),

  order: (_, { id, number }, { loaders }) => {
    if ((id == null) === (number == null))
      throw new CallerFault('BAD_USER_INPUT', 'Give exactly one of "id" and "number".');
    const orderId = id == null ? undefined : parseId('Order', id);
    if (orderId) return loaders.orders.load(orderId);
    const orderNumber = number == null ? undefined : readOrderNumber(number);
    return orderNumber ? loaders.ordersByNumber.load(orderNumber) : null;
  },

  orders: (_, { status, ...args }, { viewer, app }) =>
    orderConnection(args, (page) => app.reads.page(viewer, page, status ?? undefined)),
} satisfies QueryResolvers;
