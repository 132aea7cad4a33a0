/** Why an order ends, or is undone: the failure that its customer sees. */
import { equals } from '#contracts/money.ts';
import { cancellationTexts, declineTexts, texts } from '../customer-texts.ts';
import { type CancellationReason, type CheckoutFailure, variantUnavailable } from '../failures.ts';
import { type Order, totalOf } from '../order/order.ts';
import type { CheckoutEvent, Reply } from './messages.ts';
import type { PaymentStatus } from './steps.ts';

/** Why an order ends, or is undone, by this event. `because` is the reason that the table gives. */
export const failureOf = (order: Order, event: CheckoutEvent, because?: CancellationReason): CheckoutFailure => {
  if (event.type === 'stock.rejected') return rejection(order, event.data);
  if (event.type === 'payment.declined')
    return { kind: 'PaymentDeclined', message: declineTexts[event.data.reason], reason: event.data.reason };
  if (event.type === 'cancelRequested') return cancellation(event.by);
  // Stryker disable next-line all: each cell that ends an order or undoes it has one, or is one of the above.
  if (!because) throw new Error(`no reason is given for ${event.type} in ${order.status}`);
  const { [order.payment.status]: awaited } = customerTimeOuts;
  return cancellation(event.type === 'timedOut' && awaited ? awaited : because);
};

/** Why the time was over where it was the customer's turn. */
const customerTimeOuts: { readonly [S in PaymentStatus]?: CancellationReason } = {
  ACTION_REQUIRED: 'ACTION_TIMED_OUT',
  AWAITING_FUNDS: 'FUNDS_TIMED_OUT',
};

const cancellation = (reason: CancellationReason): CheckoutFailure => ({
  kind: 'OrderCancelled',
  message: cancellationTexts[reason],
  reason,
});

type Rejection = Extract<Reply, { type: 'stock.rejected' }>['data'];

const rejection = (order: Order, { reason, lines }: Rejection): CheckoutFailure => {
  const named = lines.map((line) => ({ ...line, sku: skuOf(order, line.variantId) }));
  switch (reason) {
    case 'INSUFFICIENT_STOCK':
      return {
        kind: 'InsufficientStock',
        message: texts.soldOut,
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
    message: texts.pricesChanged,
    currentTotal: totalOf(
      lines.map(({ quantity, now }) => ({ quantity, unitPrice: now })),
      currency,
    ),
    lines: lines
      .filter(({ unitPrice, now }) => !equals(unitPrice, now))
      .map(({ variantId, sku, unitPrice, now }) => ({ variantId, sku, previousPrice: unitPrice, currentPrice: now })),
  };
};

const skuOf = (order: Order, variantId: string): string =>
  order.lines.find((line) => line.variantId === variantId)?.sku ?? 'unknown';
