import { parseId } from '#contracts/ids.ts';
import { mayRead } from '#contracts/viewer.ts';
import { orderConnection } from './order-connection.ts';
import type { UserResolvers } from './types.generated.ts';

/** What a user has here. Whether the user exists is not ours to say. */
export const user = {
  __resolveReference: (reference) => {
    const id = parseId('User', reference.id);
    return id ? { id } : null;
  },
  cart: ({ id }, _, { loaders }) => loaders.cartsOf.load(id),
  orders: ({ id }, args, { viewer, loaders }) =>
    mayRead(viewer, id) ? orderConnection(args, (page) => loaders.ordersOf(id, page)) : null,
} satisfies UserResolvers;
