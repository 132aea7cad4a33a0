import type { CartId, OrderId } from '#contracts/ids.ts';
import { CallerFault, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { type MissingLine, reorderInto } from '../../domain/cart/reorder.ts';
import type { Deps } from '../ports.ts';
import { changeCart, type OfCustomer } from './change-cart.ts';
import { lockOrOpen } from './return-to-cart.ts';

export interface Reorder extends OfCustomer {
  readonly orderId: OrderId;
}

export interface Reordered {
  readonly cartId: CartId;
  readonly missing: readonly MissingLine[];
}

/** Puts what an order of the customer was for into their cart, at today's prices, and says what is not to be had any more. */
export const reorder =
  (deps: Deps) =>
  (command: Reorder): Promise<Result<Reordered, IdempotencyConflict>> => {
    const { customerId, orderId } = command;
    return changeCart<never, Reordered>(deps, 'reorder', command, { orderId }, async (stores) => {
      const { orders, carts, catalogue, now } = stores;
      // Before the cart, as everybody locks them.
      const order = await orders.lock(orderId);
      if (order?.customerId !== customerId) throw new CallerFault('NOT_FOUND', 'There is no such order.');
      const present = await lockOrOpen(carts, { id: deps.newId('Cart'), customerId, now });
      const cart = present.lines.length === 0 ? { ...present, currency: order.total.currency } : present;
      if (cart.currency !== present.currency) await carts.revise(cart.id, { currency: cart.currency }, now);
      const entries = await catalogue.entries([...cart.lines, ...order.lines].map(({ variantId }) => variantId));
      const { changed, missing } = reorderInto(cart, entries, order.lines);
      await carts.putLines(
        cart.id,
        changed.map(({ variantId, quantity }) => {
          const amount = entries.get(variantId)?.prices[cart.currency];
          const seenPrice = amount === undefined ? undefined : { amount, currency: cart.currency };
          return { id: deps.newId('CartLine'), variantId, quantity, seenPrice };
        }),
        now,
      );
      return ok({ cartId: cart.id, missing });
    });
  };
