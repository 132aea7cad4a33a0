/** From a cart to an order, or the reason why not. */
import type { AttemptId, CustomerId, OrderId } from '#contracts/ids.ts';
import { equals, type Money, money } from '#contracts/money.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import { isOrderable, isTooMuch, limitExceeded, type PricedLine, toOrderLine } from '../cart/cart.ts';
import type { CustomerDetails } from '../cart/details.ts';
import { noPayment } from '../checkout/payment-status.ts';
import type { Timings } from '../checkout/steps.ts';
import { texts } from '../customer-texts.ts';
import {
  type CartLimitExceeded,
  type CheckoutIncomplete,
  checkoutIncomplete,
  type EmptyCart,
  emptyCart,
  type TooManyOpenOrders,
  type TotalsChanged,
  totalsChanged,
  type VariantUnavailable,
  variantUnavailable,
} from '../failures.ts';
import type { Pricing } from '../pricing/pricing.ts';
import { snapshotOf } from '../pricing/snapshot.ts';
import type { Destination } from '../pricing/tax.ts';
import { pricingHash } from './agreed-price.ts';
import type { Order, PaymentMethod } from './order.ts';

export interface Ordering {
  readonly id: OrderId;
  readonly customerId: CustomerId;
  readonly details: CustomerDetails;
  readonly attemptId: AttemptId;
  /** Null where nothing is to be paid. */
  readonly method: PaymentMethod | null;
  /** What the customer has agreed to. */
  readonly expectedTotal: Money;
}

/** A cart, and what it comes to. */
export interface ToOrder {
  readonly lines: readonly PricedLine[];
  readonly price: Pricing;
  readonly destination: Destination | null;
}

/** Orders that are not paid yet, and the units in them: stock that is held, or soon may be, without money. */
export interface OpenOrders {
  readonly orders: number;
  readonly units: number;
}

/** Whether the order counts as open: not paid yet, and one that is on its way to being payable again does, too. */
export const isOpen = ({ status, compensateTo }: Pick<Order, 'status' | 'compensateTo'>): boolean =>
  status === 'PLACED' || status === 'AUTHORIZING' || status === 'PAYMENT_FAILED' || compensateTo === 'PAYMENT_FAILED';

/** A bound on open orders: on the customer's own, or on those of all guests at one client address. */
export interface OpenOrdersBound {
  readonly of: 'CUSTOMER' | 'ADDRESS';
  /** What there is already. */
  readonly open: OpenOrders;
  /** What there may be together with this order. */
  readonly most: OpenOrders;
}

export type CannotPlace =
  | EmptyCart
  | VariantUnavailable
  | CheckoutIncomplete
  | TotalsChanged
  | CartLimitExceeded
  | TooManyOpenOrders;

/**
 * Makes the order that these lines come to, all of them or none. It is yet to get its number and begin its checkout.
 * Within every bound, or the first that it exceeds is the reason.
 */
export const placeOrder = (
  { waitMs }: Timings,
  bounds: readonly OpenOrdersBound[],
  { lines, price, destination }: ToOrder,
  { expectedTotal, attemptId, method, ...ordering }: Ordering,
  now: Date,
): Result<Omit<Order, 'number'>, CannotPlace> => {
  if (lines.length === 0) return fail(emptyCart);
  if (!lines.every(isOrderable)) {
    const missing = lines.filter((line) => !isOrderable(line));
    return fail(variantUnavailable(missing.map(({ variantId, sku }) => ({ variantId, sku }))));
  }
  const { totals, missing } = price;
  if (missing.destination || missing.shippingMethod) return fail(checkoutIncomplete(missing));
  if (isTooMuch(totals)) return fail(limitExceeded('TOTAL'));
  const total = money(totals.total, totals.currency);
  if (!equals(expectedTotal, total)) return fail(totalsChanged(totals));
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const exceeded = bounds.find(({ open, most }) => open.orders >= most.orders || open.units + units > most.units);
  if (exceeded) return fail(tooManyOpen(exceeded, units));
  const agreed = { lines: lines.map(toOrderLine), total, pricing: snapshotOf(price, destination) };
  return ok({
    ...ordering,
    ...agreed,
    pricingHash: pricingHash(agreed),
    placedAt: now,
    expiresAt: new Date(now.getTime() + waitMs.expiry),
    version: 0,
    status: 'PLACED',
    attempt: { id: attemptId, number: 1, method },
    payment: noPayment,
    step: { deadline: null, sends: 0 },
    undo: [],
    compensateTo: null,
    failure: null,
  });
};

const tooManyOpen = ({ of, open: { orders, units: openUnits }, most }: OpenOrdersBound, more: number) => {
  const units = openUnits + more;
  const ofCustomer = () =>
    orders >= most.orders ? texts.tooManyOpenOrders(orders) : texts.tooManyOpenUnits(most.units, units);
  const message =
    orders === 0
      ? texts.tooManyUnits(most.units, units)
      : of === 'CUSTOMER'
        ? ofCustomer()
        : texts.tooManyOpenOrdersOfGuests;
  return {
    kind: 'TooManyOpenOrders',
    message,
    openOrders: orders,
    maximumOrders: most.orders,
    units,
    maximumUnits: most.units,
  } satisfies TooManyOpenOrders;
};
