import { parseId } from '#contracts/ids.ts';
import { connectionById } from '#platform/graphql/connection.ts';
import { exactlyOneOf } from '#platform/graphql/inputs.ts';
import { readOrderNumber } from '../domain/order/order-number.ts';
import { cartOfViewer } from './loaders.ts';
import type { QueryResolvers } from './types.generated.ts';

export const queries = {
  cart: (_, __, { viewer, loaders }) => cartOfViewer(loaders, viewer),

  order: (_, { id, number }, { loaders }) => {
    exactlyOneOf({ id, number }, 'id', 'number');
    const orderId = id == null ? undefined : parseId('Order', id);
    if (orderId) return loaders.orders.load(orderId);
    const orderNumber = number == null ? undefined : readOrderNumber(number);
    return orderNumber ? loaders.ordersByNumber.load(orderNumber) : null;
  },

  orders: (_, { status, ...args }, { viewer, app }) =>
    connectionById('Order', args, (page) => app.reads.page(viewer, page, status ?? undefined)),
} satisfies QueryResolvers;
