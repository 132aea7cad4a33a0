import type { OrderId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';
import { fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { AskingCustomer } from '#contracts/viewer.ts';
import { priceLines } from '../../domain/cart/cart.ts';
import { detailsOf } from '../../domain/cart/details.ts';
import { begin } from '../../domain/checkout/decide.ts';
import { emptyCart } from '../../domain/failures.ts';
import type { PaymentMethod } from '../../domain/order/order.ts';
import { type CannotPlace, type OpenOrdersBound, placeOrder as place } from '../../domain/order/place-order.ts';
import { destinationOf } from '../../domain/pricing/cart-pricing.ts';
import { redeemed } from '../../domain/pricing/pricing.ts';
import { beginRequest } from '../guest/merge-guest.ts';
import { cartOf, type Deps, type Stores } from '../ports.ts';
import { priceForGood } from '../pricing/price-for-good.ts';
import { methodOf } from './payment-method.ts';

export interface PlaceOrder extends AskingCustomer, PaymentMethod {
  /** The client address of a guest; undefined for a user. */
  readonly guestAddress?: string | undefined;
  /** What the customer has agreed to. */
  readonly expectedTotal: Money;
  readonly idempotencyKey: string;
}

/**
 * Turns the customer's cart into an order and begins its checkout, in one transaction: the order, its first command
 * and the empty cart exist together or not at all. Two at once: the second finds the cart empty.
 */
export const placeOrder =
  (deps: Deps) =>
  async (command: PlaceOrder): Promise<Result<OrderId, CannotPlace | IdempotencyConflict>> => {
    const { customerId, expectedTotal, idempotencyKey: key } = command;
    const method = expectedTotal.amount === 0 ? null : methodOf(deps, command);
    const input = { ...method, expectedTotal };
    return await deps.transaction(async (stores) => {
      await beginRequest(deps, stores, command);
      const request = { actor: customerId, operation: 'placeOrder', key, input };
      return await stores.idempotency.once(request, () => fromCart(deps, stores, command, method));
    }, cartOf(customerId));
  };

// A number has 40 random bits: even among a hundred million orders, three in a row are never all taken.
const maxNumbersTried = 3;

const fromCart = async (
  { timings, openOrders, openGuestOrders, newId, newOrderNumber, telemetry }: Deps,
  stores: Stores,
  { customerId, guestAddress, expectedTotal }: PlaceOrder,
  method: PaymentMethod | null,
): Promise<Result<OrderId, CannotPlace>> => {
  const { carts, catalogue, orders, pricing, outbox, now, afterCommit } = stores;
  const cart = await carts.lock(customerId);
  if (!cart) return fail(emptyCart);
  const entries = await catalogue.entries(cart.lines.map(({ variantId }) => variantId));
  // All who place orders for this customer hold the lock on the cart: what is counted here stays true until the commit.
  const bounds: OpenOrdersBound[] = [{ of: 'CUSTOMER', open: await orders.openOf(customerId), most: openOrders }];
  // Guests are as many as somebody cares to start sessions; their address counts as well.
  if (guestAddress)
    bounds.push({ of: 'ADDRESS', open: await orders.openOfGuestsAt(guestAddress), most: openGuestOrders });
  const lines = priceLines(cart.lines, entries, cart.currency);
  // Last, because it may hold promotions that others wait for.
  const price = await priceForGood(stores, cart, lines);
  const placed = place(
    timings,
    bounds,
    { lines, price, destination: destinationOf(cart) },
    {
      id: newId('Order'),
      customerId,
      details: detailsOf(cart),
      attemptId: newId('Attempt'),
      method,
      expectedTotal,
    },
    now,
  );
  if (!placed.ok) return placed;
  for (let tries = 0; tries < maxNumbersTried; tries++) {
    const begun = begin(timings, { ...placed.value, number: newOrderNumber() }, now);
    if (!(await orders.insert(begun, guestAddress))) continue;
    await pricing.redeem(begun.order.id, redeemed(price), now);
    await carts.empty(cart.id, now);
    await outbox.add(...begun.messages);
    afterCommit(() => telemetry.moved(undefined, 'PLACED', 0));
    return ok(begun.order.id);
  }
  throw new Error(`${maxNumbersTried} order numbers in a row are taken`);
};
