/** From the events of an attempt to `Order.paymentStatus`, and what is wrong with their amounts. */
import type { PaymentTotals } from '#contracts/messages/payment.ts';
import { equals, format, isMore, type Money, money } from '#contracts/money.ts';
import type { Order, OrderPayment } from '../order/order.ts';
import { type CheckoutEvent, isReply, type Reply } from './messages.ts';
import type { PaymentStatus } from './steps.ts';

export const noPayment: OrderPayment = {
  ...{ status: 'NONE', id: null, actionUrl: null },
  ...{ captured: 0, refunded: 0, disputed: 0, openDisputes: 0, sequence: 0 },
};
export const pendingPayment: OrderPayment = { ...noPayment, status: 'PENDING' };

/** The payment after an event that the table has a cell for; unchanged by one that is not about it. */
export const paymentAfter = ({ total, payment }: Order, event: CheckoutEvent): OrderPayment => {
  const step = stepAfter(event);
  return withTotals(total, step ? { ...payment, ...step } : payment, event);
};

/** The payment after any other event: what has been captured and refunded so far is right in every status. */
export const paymentReported = ({ total, payment }: Order, event: CheckoutEvent): OrderPayment =>
  withTotals(total, payment, event);

const cancelled = { NOTHING: 'NONE', VOIDED: 'VOIDED', REFUNDED: 'REFUNDED' } as const;

const stepAfter = (event: CheckoutEvent): Pick<OrderPayment, 'status' | 'id' | 'actionUrl'> | undefined => {
  const over = { id: null, actionUrl: null };
  switch (event.type) {
    case 'payment.action-required':
      return { status: 'ACTION_REQUIRED', id: event.data.paymentId, actionUrl: event.data.actionUrl };
    case 'payment.awaiting-funds':
      return { status: 'AWAITING_FUNDS', id: event.data.paymentId, actionUrl: null };
    case 'payment.authorized':
      return { status: 'AUTHORIZED', ...over };
    case 'payment.declined':
      return { status: 'DECLINED', ...over };
    case 'payment.cancelled':
      return { status: cancelled[event.data.outcome], ...over };
    // Stryker disable next-line all: nothing is undefined, too.
    default:
      return undefined;
  }
};

/** What the message says the attempt has come to, if it says so. */
export const totalsOf = (event: CheckoutEvent): PaymentTotals | undefined =>
  (isReply(event) && 'totals' in event.data && event.data.totals) || undefined;

/** Totals can go down, when a refund fails after it succeeded: the later message is right, and not the greater amount. */
const isNewest = (payment: OrderPayment, event: CheckoutEvent): event is Reply =>
  // Stryker disable next-line EqualityOperator: the same message again says the same.
  isReply(event) && event.sequence >= payment.sequence;

const withTotals = (total: Money, payment: OrderPayment, event: CheckoutEvent): OrderPayment => {
  const totals = totalsOf(event);
  const isTold = totals?.captured.currency === total.currency;
  const told =
    totals && isTold && isNewest(payment, event)
      ? {
          ...payment,
          captured: totals.captured.amount,
          refunded: totals.refunded.amount,
          disputed: totals.disputed.amount,
          openDisputes: totals.openDisputes,
          sequence: event.sequence,
        }
      : payment;
  return { ...told, status: statusOf(told, total) };
};

/** Once money was captured, captured and refunded decide: a reply about the authorization may come later than they do. */
const statusOf = ({ status, captured, refunded }: OrderPayment, total: Money): PaymentStatus => {
  if (captured === 0) return status;
  if (refunded >= captured) return 'REFUNDED';
  if (refunded > 0) return 'PARTIALLY_REFUNDED';
  return captured >= total.amount ? 'PAID' : 'AUTHORIZED';
};

/** What the shop still has of the customer's money, by this message. */
export const kept = ({ captured, refunded, disputed }: PaymentTotals): number =>
  captured.amount - refunded.amount - disputed.amount;

/**
 * Whether a later message has said that money is kept, as when a dispute was won: then a confirmation that nothing is kept was
 * true, and is not any more.
 */
export const isOutdated = ({ payment }: Order, event: CheckoutEvent): boolean =>
  !isNewest(payment, event) && payment.captured - payment.refunded - payment.disputed > 0;

/** Whether nothing is held or kept any more, though nobody cancelled the payment: staff have refunded all of it by hand. */
export const isRefundedByHand = (order: Order, event: CheckoutEvent): boolean => {
  const totals = totalsOf(event);
  if (event.type !== 'payment.refunded' || !totals || !isNewest(order.payment, event)) return false;
  return !totalsFault(order, event) && equals(totals.captured, order.total) && kept(totals) === 0;
};

/**
 * What is wrong with the amount in a reply; undefined when it is the requested one, or nothing was requested that it replies to.
 * `order` is as it was before the reply.
 */
export const amountFault = (order: Order, event: CheckoutEvent): string | undefined => {
  if (event.type === 'payment.authorized') return otherThan(order.total, event.data.amount, 'authorized');
  if (event.type === 'payment.awaiting-funds') return otherThan(order.total, event.data.amount, 'agreed on');
  if (event.type === 'payment.captured')
    return (
      otherThan(order.total, event.data.amount, 'captured') ??
      otherThan(order.total, event.data.totals.captured, 'captured in all')
    );
  return event.type === 'payment.cancelled' ? undoFault(order, event) : undefined;
};

const otherThan = (requested: Money, actual: Money, done: string): string | undefined =>
  equals(requested, actual) ? undefined : `${format(actual)} was ${done}, and ${format(requested)} was requested`;

/** After a mismatch an operator has been called already, and another amount than the total is expected back. */
const isMismatched = ({ failure }: Order): boolean =>
  failure?.kind === 'OrderCancelled' && failure.reason === 'PAYMENT_MISMATCH';

/** Why these totals cannot be those of a payment of this order, whoever moved the money. */
export const totalsFault = (order: Order, event: CheckoutEvent): string | undefined => {
  const { total, payment } = order;
  const totals = totalsOf(event);
  if (!totals || isMismatched(order)) return undefined;
  const { captured, refunded, disputed } = totals;
  const foreign = [captured, refunded, disputed].find(({ currency }) => currency !== total.currency);
  if (foreign) return `${format(foreign)} was moved, and the order is in ${total.currency}`;
  if (isMore(captured, total)) return `${format(captured)} was captured, and the order comes to ${format(total)}`;
  if (isMore(refunded, captured)) return `${format(refunded)} was refunded, and ${format(captured)} was captured`;
  if (captured.amount < payment.captured && isNewest(payment, event))
    return `${format(captured)} was captured, and before it was ${format(money(payment.captured, total.currency))}`;
  return undefined;
};

const undoFault = (order: Order, event: Extract<Reply, { type: 'payment.cancelled' }>): string | undefined => {
  const { outcome, refunded, totals } = event.data;
  const { status, captured } = order.payment;
  if (isMismatched(order)) return undefined;
  const fault = totalsFault(order, event);
  if (fault) return fault;
  if (totals && kept(totals) !== 0)
    return `${format(money(kept(totals), order.total.currency))} is neither refunded nor called back by a bank`;
  if (outcome === 'REFUNDED')
    return totals && refunded && equals(refunded, totals.refunded)
      ? undefined
      : 'the refunded amount is missing or another';
  const isOther = (captured > 0 && !totals) || (status === 'AUTHORIZED' && outcome === 'NOTHING');
  return isOther ? `the payment was ${status}, and its cancellation reports ${outcome}` : undefined;
};
