/** What a customer does with the cart, but for placing an order, which empties it. */
import type { CartId, CartLineId, VariantId } from '#contracts/ids.ts';
import { type Currency, type Money, money } from '#contracts/money.ts';
import { type Failure, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { AskingCustomer } from '#contracts/viewer.ts';
import { addUnits, type CatalogueEntry, inCurrency, setUnits } from '../../domain/cart/cart.ts';
import {
  type CartLimitExceeded,
  type CartLineNotFound,
  type CurrencyMismatch,
  cartLineNotFound,
  type VariantUnavailable,
} from '../../domain/failures.ts';
import { beginRequest } from '../guest/merge-guest.ts';
import { cartOf, type Deps, type Stores } from '../ports.ts';
import { lockOrOpen } from './return-to-cart.ts';

export interface OfCustomer extends AskingCustomer {
  readonly idempotencyKey: string | undefined;
}

export type Changed<F extends Failure> = Promise<Result<CartId, F | IdempotencyConflict>>;

export interface AddToCart extends OfCustomer {
  readonly variantId: VariantId;
  /** 1 to 99. */
  readonly quantity: number;
  /** The cart's, or any for an empty one; undefined for whatever it is. */
  readonly currency?: Currency | undefined;
}

/** Adds units of a variant to the customer's cart, which is opened when there is none. */
export const addToCart =
  (deps: Deps) =>
  (command: AddToCart): Changed<VariantUnavailable | CartLimitExceeded | CurrencyMismatch> => {
    const { newId } = deps;
    const { customerId, variantId, quantity, currency } = command;
    const input = { variantId, quantity, ...(currency && { currency }) };
    return changeCart(deps, 'addToCart', command, input, async (stores) => {
      const { carts, catalogue, now } = stores;
      const present = await lockOrOpen(carts, { id: newId('Cart'), customerId, now });
      const entries = await catalogue.entries([...present.lines.map((line) => line.variantId), variantId]);
      const cart = inCurrency(present, entries, variantId, currency);
      if (!cart.ok) return cart;
      const units = addUnits(cart.value, entries, variantId, quantity);
      if (!units.ok) return units;
      if (cart.value.currency !== present.currency)
        await carts.revise(present.id, { currency: cart.value.currency }, now);
      const seenPrice = priceIn(cart.value.currency, entries.get(variantId));
      const line = { id: newId('CartLine'), variantId, quantity: units.value, seenPrice };
      await carts.putLines(present.id, [line], now);
      return ok(present.id);
    });
  };

export interface ChangeCartLine extends OfCustomer {
  readonly lineId: CartLineId;
  /** 1 to 99. */
  readonly quantity: number;
}

/** Sets the quantity of a line of the customer's cart. */
export const changeCartLine =
  (deps: Deps) =>
  (command: ChangeCartLine): Changed<CartLineNotFound | CartLimitExceeded> => {
    const { customerId, lineId, quantity } = command;
    return changeCart<CartLineNotFound | CartLimitExceeded>(
      deps,
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
        const seenPrice = priceIn(cart.currency, entries.get(line.variantId));
        await carts.putLines(cart.id, [{ ...line, quantity: units.value, seenPrice }], now);
        return ok(cart.id);
      },
    );
  };

export interface RemoveFromCart extends OfCustomer {
  readonly lineId: CartLineId;
}

/** Removes a line from the customer's cart. */
export const removeFromCart =
  (deps: Deps) =>
  (command: RemoveFromCart): Changed<CartLineNotFound> => {
    const { customerId, lineId } = command;
    return changeCart(deps, 'removeFromCart', command, { lineId }, async ({ carts, now }) => {
      const cart = await carts.lock(customerId);
      if (!cart?.lines.some(({ id }) => id === lineId)) return fail(cartLineNotFound);
      await carts.removeLine(cart.id, lineId, now);
      return ok(cart.id);
    });
  };

/** Acknowledges what the cart warns of: its prices of now are seen, and the customer knows what is short. */
export const acknowledgeCartWarnings =
  (deps: Deps) =>
  (command: OfCustomer): Changed<never> =>
    changeCart<never>(deps, 'acknowledgeCartWarnings', command, {}, async ({ carts, catalogue, now }) => {
      const { customerId } = command;
      const cart = await lockOrOpen(carts, { id: deps.newId('Cart'), customerId, now });
      const entries = await catalogue.entries(cart.lines.map(({ variantId }) => variantId));
      const seen = cart.lines.map(({ id, variantId }) => ({
        id,
        seenPrice: priceIn(cart.currency, entries.get(variantId)) ?? null,
      }));
      await carts.acknowledge(cart.id, seen, now);
      return ok(cart.id);
    });

const priceIn = (currency: Currency, entry: CatalogueEntry | undefined): Money | undefined => {
  const amount = entry?.prices[currency];
  return amount === undefined ? undefined : money(amount, currency);
};

/** One transaction, once per idempotency key. */
export const changeCart = <F extends Failure, T = CartId>(
  deps: Deps,
  operation: string,
  { idempotencyKey: key, ...asking }: OfCustomer,
  input: object,
  change: (stores: Stores) => Promise<Result<T, F>>,
): Promise<Result<T, F | IdempotencyConflict>> =>
  deps.transaction(async (stores) => {
    await beginRequest(deps, stores, asking);
    const request = { actor: asking.customerId, operation, key, input };
    return await stores.idempotency.once<T, F>(request, () => change(stores));
  }, cartOf(asking.customerId));
