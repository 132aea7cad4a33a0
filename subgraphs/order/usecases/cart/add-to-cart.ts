import type { CartId, UserId, VariantId } from '#contracts/ids.ts';
import { type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { addUnits, type Cart, mergedUnits } from '../../domain/cart/cart.ts';
import type { CartLimitExceeded, CurrencyMismatch, VariantUnavailable } from '../../domain/failures.ts';
import type { OrderLine } from '../../domain/order/order.ts';
import { cartOf, type Deps, type Stores } from '../ports.ts';

export interface AddToCart {
  readonly customerId: UserId;
  readonly variantId: VariantId;
  /** 1 to 99. */
  readonly quantity: number;
  readonly idempotencyKey: string | undefined;
}

/** Puts units of a variant into the customer's cart, which is opened when there is none. */
export const addToCart =
  ({ transaction, newId }: Deps) =>
  ({
    customerId,
    variantId,
    quantity,
    idempotencyKey: key,
  }: AddToCart): Promise<
    Result<CartId, VariantUnavailable | CartLimitExceeded | CurrencyMismatch | IdempotencyConflict>
  > =>
    transaction(
      ({ carts, catalogue, idempotency, now }) =>
        idempotency.once(
          { actor: customerId, operation: 'addToCart', key, input: { variantId, quantity } },
          async () => {
            const cart = await lockOrOpen(carts, { id: newId('Cart'), customerId, now });
            const entries = await catalogue.entries([...cart.lines.map((line) => line.variantId), variantId]);
            const units = addUnits(cart, entries, variantId, quantity);
            if (!units.ok) return units;
            await carts.putLines(cart.id, [{ id: newId('CartLine'), variantId, quantity: units.value }], now);
            return ok(cart.id);
          },
        ),
      cartOf(customerId),
    );

/**
 * Puts the lines of an order that came to nothing back into its customer's cart, beside what is there by now. In the
 * transaction that ends the order, so they are in one of the two and never in both.
 */
export const giveBackToCart = async (
  { newId }: Pick<Deps, 'newId'>,
  { carts, catalogue, now }: Stores,
  customerId: UserId,
  lines: readonly OrderLine[],
): Promise<void> => {
  if (lines.length === 0) return;
  const cart = await lockOrOpen(carts, { id: newId('Cart'), customerId, now });
  const entries = await catalogue.entries([...cart.lines, ...lines].map(({ variantId }) => variantId));
  const merged = mergedUnits(cart, entries, lines);
  await carts.putLines(
    cart.id,
    merged.map((units) => ({ id: newId('CartLine'), ...units })),
    now,
  );
};

const lockOrOpen = async (carts: Stores['carts'], fresh: Parameters<typeof carts.open>[0]): Promise<Cart> => {
  const present = await carts.lock(fresh.customerId);
  if (present) return present;
  await carts.open(fresh);
  const opened = await carts.lock(fresh.customerId);
  if (!opened) throw new Error(`the cart of ${fresh.customerId} is not there right after it was opened`);
  return opened;
};
