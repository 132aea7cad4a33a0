/** All that changes a customer's cart, but for placing an order, which empties it. */
import type { CartId, CartLineId, UserId, VariantId } from '#contracts/ids.ts';
import { type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { addUnits, type Cart, mergedUnits, setUnits } from '../../domain/cart/cart.ts';
import {
  type CartLimitExceeded,
  type CartLineNotFound,
  type CurrencyMismatch,
  cartLineNotFound,
  type VariantUnavailable,
} from '../../domain/failures.ts';
import type { OrderLine } from '../../domain/order/order.ts';
import { cartOf, type Deps, type Stores } from '../ports.ts';

interface OfCustomer {
  readonly customerId: UserId;
  readonly idempotencyKey: string | undefined;
}

type Changed<F extends Failure> = Promise<Result<CartId, F | IdempotencyConflict>>;

export interface AddToCart extends OfCustomer {
  readonly variantId: VariantId;
  /** 1 to 99. */
  readonly quantity: number;
}

/** Adds units of a variant to the customer's cart, which is opened when there is none. */
export const addToCart =
  ({ transaction, newId }: Deps) =>
  (command: AddToCart): Changed<VariantUnavailable | CartLimitExceeded | CurrencyMismatch> => {
    const { customerId, variantId, quantity } = command;
    return changeCart(transaction, 'addToCart', command, { variantId, quantity }, async (stores) => {
      const { carts, catalogue, now } = stores;
      const cart = await lockOrOpen(carts, { id: newId('Cart'), customerId, now });
      const entries = await catalogue.entries([...cart.lines.map((line) => line.variantId), variantId]);
      const units = addUnits(cart, entries, variantId, quantity);
      if (!units.ok) return units;
      await carts.putLines(cart.id, [{ id: newId('CartLine'), variantId, quantity: units.value }], now);
      return ok(cart.id);
    });
  };

export interface ChangeCartLine extends OfCustomer {
  readonly lineId: CartLineId;
  /** 1 to 99. */
  readonly quantity: number;
}

/** Sets the quantity of a line of the customer's cart. */
export const changeCartLine =
  ({ transaction }: Deps) =>
  (command: ChangeCartLine): Changed<CartLineNotFound | CartLimitExceeded> => {
    const { customerId, lineId, quantity } = command;
    return changeCart<CartLineNotFound | CartLimitExceeded>(
      transaction,
      'changeCartLine',
      command,
      { lineId, quantity },
      async (stores) => {
        const { carts, catalogue, now } = stores;
        const cart = await carts.lock(customerId);
        const line = cart?.lines.find(({ id }) => id === lineId);
        if (!cart || !line) return fail(cartLineNotFound);
        const entries = await catalogue.entries(cart.lines.map(({ variantId }) => variantId));
        const units = setUnits(cart, entries, line, quantity);
        if (!units.ok) return units;
        await carts.putLines(cart.id, [{ ...line, quantity: units.value }], now);
        return ok(cart.id);
      },
    );
  };

export interface RemoveFromCart extends OfCustomer {
  readonly lineId: CartLineId;
}

/** Removes a line from the customer's cart. */
export const removeFromCart =
  ({ transaction }: Deps) =>
  (command: RemoveFromCart): Changed<CartLineNotFound> => {
    const { customerId, lineId } = command;
    return changeCart(transaction, 'removeFromCart', command, { lineId }, async ({ carts, now }) => {
      const cart = await carts.lock(customerId);
      if (!cart?.lines.some(({ id }) => id === lineId)) return fail(cartLineNotFound);
      await carts.removeLine(cart.id, lineId, now);
      return ok(cart.id);
    });
  };

/**
 * Puts the lines of an order that came to nothing back into its customer's cart, beside what is there by now. In the
 * transaction that ends the order, so they are in one of the two and never in both.
 */
export const returnToCart = async (
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

/** One transaction, once per idempotency key. */
const changeCart = <F extends Failure>(
  transaction: Deps['transaction'],
  operation: string,
  { customerId, idempotencyKey: key }: OfCustomer,
  input: object,
  change: (stores: Stores) => Promise<Result<CartId, F>>,
): Changed<F> =>
  transaction(
    (stores) => stores.idempotency.once<CartId, F>({ actor: customerId, operation, key, input }, () => change(stores)),
    cartOf(customerId),
  );

const lockOrOpen = async (carts: Stores['carts'], fresh: Parameters<typeof carts.open>[0]): Promise<Cart> => {
  const present = await carts.lock(fresh.customerId);
  if (present) return present;
  await carts.open(fresh);
  const opened = await carts.lock(fresh.customerId);
  if (!opened) throw new Error(`the cart of ${fresh.customerId} is not there right after it was opened`);
  return opened;
};
