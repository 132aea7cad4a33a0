import type { CartId, CartLineId, UserId } from '#contracts/ids.ts';
import { fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { type CartLineNotFound, cartLineNotFound } from '../../domain/failures.ts';
import { cartOf, type Deps } from '../ports.ts';

export interface RemoveFromCart {
  readonly customerId: UserId;
  readonly lineId: CartLineId;
  readonly idempotencyKey: string | undefined;
}

/** Takes a line out of the customer's cart. */
export const removeFromCart =
  ({ transaction }: Deps) =>
  ({
    customerId,
    lineId,
    idempotencyKey: key,
  }: RemoveFromCart): Promise<Result<CartId, CartLineNotFound | IdempotencyConflict>> =>
    transaction(
      ({ carts, idempotency, now }) =>
        idempotency.once({ actor: customerId, operation: 'removeFromCart', key, input: { lineId } }, async () => {
          const cart = await carts.lock(customerId);
          if (!cart?.lines.some(({ id }) => id === lineId)) return fail(cartLineNotFound);
          await carts.removeLine(cart.id, lineId, now);
          return ok(cart.id);
        }),
      cartOf(customerId),
    );
