/** From what happened to what the customer is told about it. */
import { equals } from '#contracts/money.ts';
import { type CancellationReason, type CheckoutFailure, type DeclineReason, variantUnavailable } from '../failures.ts';
import { type Order, totalOf } from '../order/order.ts';
import type { CheckoutEvent, Reply } from './events.ts';

const cancellations: Record<CancellationReason, string> = {
  CUSTOMER: 'The order was cancelled at your request.',
  STAFF: 'The order was cancelled by the shop.',
  EXPIRED: 'The order was not paid in time.',
  STOCK_TIMED_OUT: 'The stock could not be checked in time. Nothing was charged.',
  PAYMENT_TIMED_OUT: 'The payment did not go through in time. Nothing stays charged.',
  ACTION_TIMED_OUT: 'The payment was not confirmed in time. Nothing was charged.',
  STOCK_LOST: 'The items were gone before the payment went through. Nothing was charged.',
  CAPTURE_FAILED: 'The payment could not be completed. Nothing was charged.',
  PAYMENT_MISMATCH: 'The payment did not match the order, so the order was stopped. Nothing stays charged.',
};

const declines: Record<DeclineReason, string> = {
  CARD_DECLINED: 'The card was declined.',
  INSUFFICIENT_FUNDS: 'There is not enough money on the account.',
  EXPIRED_CARD: 'The card has expired.',
  INVALID_METHOD: 'This payment method is not known.',
  WITHDRAWN: 'The payment was withdrawn before it began.',
};

/** Why an order ends, or is undone, by this event. `because` is the reason that the table gives. */
export const failureOf = (order: Order, event: CheckoutEvent, because?: CancellationReason): CheckoutFailure => {
  if (event.type === 'stock.rejected') return rejection(order, event.data);
  if (event.type === 'payment.declined')
    return { kind: 'PaymentDeclined', message: declines[event.data.reason], reason: event.data.reason };
  if (event.type === 'cancelRequested') return cancellation(event.by);
  if (!because) throw new Error(`${event.type} in ${order.status} has no reason to tell`);
  const isWaitingForCustomer = event.type === 'timedOut' && order.payment.status === 'ACTION_REQUIRED';
  return cancellation(isWaitingForCustomer ? 'ACTION_TIMED_OUT' : because);
};

const cancellation = (reason: CancellationReason): CheckoutFailure => ({
  kind: 'OrderCancelled',
  message: cancellations[reason],
  reason,
});

type Rejection = Extract<Reply, { type: 'stock.rejected' }>['data'];

const rejection = (order: Order, { reason, lines }: Rejection): CheckoutFailure => {
  const named = lines.map((line) => ({ ...line, sku: skuOf(order, line.variantId) }));
  switch (reason) {
    case 'INSUFFICIENT_STOCK':
      return {
        kind: 'InsufficientStock',
        message: 'There are not enough units in stock. Nothing was charged.',
        lines: named.map(({ variantId, sku, requested, available }) => ({ variantId, sku, requested, available })),
      };
    case 'PRICE_CHANGED':
      return priceChanged(order, lines);
    case 'UNAVAILABLE':
    // The reservation was called back before it was made: for the customer the items were not to be had.
    case 'WITHDRAWN':
      return variantUnavailable(named.map(({ variantId, sku }) => ({ variantId, sku })));
    default:
      throw new Error(`no such reason: ${reason satisfies never}`);
  }
};

/** With the new prices where they differ; a line in another currency cannot be added up and counts as unavailable. */
const priceChanged = (order: Order, changed: Rejection['lines']): CheckoutFailure => {
  const { currency } = order.total;
  const today = new Map(changed.map(({ variantId, currentPrice }) => [variantId, currentPrice]));
  const lines = order.lines.map((line) => ({ ...line, now: today.get(line.variantId) ?? line.unitPrice }));
  const foreign = lines.filter(({ now }) => now.currency !== currency);
  if (foreign.length > 0) return variantUnavailable(foreign.map(({ variantId, sku }) => ({ variantId, sku })));
  return {
    kind: 'PriceChanged',
    message: 'Prices have changed since they were shown. Nothing was charged.',
    currentTotal: totalOf(
      lines.map(({ quantity, now }) => ({ quantity, unitPrice: now })),
      currency,
    ),
    lines: lines
      .filter(({ unitPrice, now }) => !equals(unitPrice, now))
      .map(({ variantId, sku, unitPrice, now }) => ({ variantId, sku, was: unitPrice, now })),
  };
};

const skuOf = (order: Order, variantId: string): string =>
  order.lines.find((line) => line.variantId === variantId)?.sku ?? 'unknown';
