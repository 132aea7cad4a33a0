import { parseId } from '../../../contracts/ids.ts';
import { cartTotal, isOrderable } from '../domain/cart.ts';
import { lineTotal } from '../domain/order.ts';
import { variant } from './references.ts';
import type { CartLineNotFoundResolvers, CartLineResolvers, CartResolvers } from './types.generated.ts';

export const cart: CartResolvers = {
  __resolveReference: (reference, { loaders }) => {
    const id = parseId('Cart', reference.id);
    return id ? loaders.carts.load(id) : null;
  },
  lines: ({ id }, _, { loaders }) => loaders.cartLines.load(id),
  total: async ({ id }, _, { loaders }) => cartTotal(await loaders.cartLines.load(id)) ?? null,
};

export const cartLine: CartLineResolvers = {
  variant,
  isAvailable: isOrderable,
  total: (line) => (isOrderable(line) ? lineTotal(line) : null),
};

export const cartLineNotFound: CartLineNotFoundResolvers = {
  currentCart: (_, __, { viewer, loaders }) => (viewer.kind === 'user' ? loaders.cartsOf.load(viewer.id) : null),
};
