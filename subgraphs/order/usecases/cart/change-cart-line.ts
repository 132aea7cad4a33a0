import type { CartId, CartLineId, UserId } from '#contracts/ids.ts';
import { fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { setUnits } from '../../domain/cart/cart.ts';
import { type CartLimitExceeded, type CartLineNotFound, cartLineNotFound } from '../../domain/failures.ts';
import { cartOf, type Deps } from '../ports.ts';

export interface ChangeCartLine {
  readonly customerId: UserId;
  readonly lineId: CartLineId;
  /** 1 to 99. */
  readonly quantity: number;
  readonly idempotencyKey: string | undefined;
}

/** Sets the quantity of a line of the customer's cart. */
export const changeCartLine =
  ({ transaction }: Deps) =>
  ({
    customerId,
    lineId,
    quantity,
    idempotencyKey: key,
  }: ChangeCartLine): Promise<Result<CartId, CartLineNotFound | CartLimitExceeded | IdempotencyConflict>> =>
    transaction(
      ({ carts, catalogue, idempotency, now }) =>
        idempotency.once<CartId, CartLineNotFound | CartLimitExceeded>(
          { actor: customerId, operation: 'changeCartLine', key, input: { lineId, quantity } },
          async () => {
            const cart = await carts.lock(customerId);
            const line = cart?.lines.find(({ id }) => id === lineId);
            if (!cart || !line) return fail(cartLineNotFound);
            const entries = await catalogue.entries(cart.lines.map(({ variantId }) => variantId));
            const units = setUnits(cart, entries, line, quantity);
            if (!units.ok) return units;
            await carts.putLines(cart.id, [{ ...line, quantity: units.value }], now);
            return ok(cart.id);
          },
        ),
      cartOf(customerId),
    );
