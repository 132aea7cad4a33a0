import { parseId } from '#contracts/ids.ts';
import { isOrderable } from '../domain/cart/cart.ts';
import { warningsOf } from '../domain/cart/warnings.ts';
import { lineTotal } from '../domain/order/order.ts';
import type { CartView } from '../usecases/ports.ts';
import { cartPricing } from './cart-pricing.ts';
import { detailsFields } from './details.ts';
import { variant } from './models.ts';
import type { CartLineResolvers, CartResolvers, CartWarningResolvers } from './types.generated.ts';

export const cart = {
  __resolveReference: (reference, { loaders }) => {
    const id = parseId('Cart', reference.id);
    return id ? loaders.carts.load(id) : null;
  },
  ...detailsFields((it: CartView) => it),
  lines: ({ id }, _, { loaders }) => loaders.cartLines.load(id),
  ...cartPricing,
  warnings: async ({ id }, _, { loaders }) => warningsOf(await loaders.cartLines.load(id)),
} satisfies CartResolvers;

export const cartLine = {
  variant,
  isAvailable: isOrderable,
  total: (line) => (isOrderable(line) ? lineTotal(line) : null),
} satisfies CartLineResolvers;

export const cartWarning = { __resolveType: ({ kind }) => kind } satisfies CartWarningResolvers;
