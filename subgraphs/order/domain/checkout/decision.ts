/** What was decided about an order: its next state, what is sent, and what its timeline tells. */
import type { NewMessage } from '#contracts/envelope.ts';
import type { Order, OrderLine, TimelineEntry } from '../order/order.ts';
import { type CheckoutEvent, isReply, orderDisputed, orderRefunded } from './messages.ts';
import { steps } from './steps.ts';

export interface Outcome {
  readonly order: Order;
  readonly messages: readonly NewMessage[];
  /** Why an operator has to look at this order. */
  readonly alarm?: string;
}

export interface Changed extends Outcome {
  readonly kind: 'changed';
  readonly entry: TimelineEntry;
  /** What the customer's cart gets back, because the order ends here without anybody having asked for that. */
  readonly returnedToCart: readonly OrderLine[];
}
/** Nothing to do: late, duplicate, too early, or not possible in this status. */
export interface Ignored {
  readonly kind: 'ignored';
  readonly because: string;
}
export type Decision = Changed | Ignored;

/** The order one version further, and its entry in the timeline: the event's name, unless `name` says better. */
export const changed = (
  before: Order,
  { order, messages, alarm }: Outcome,
  event: CheckoutEvent,
  now: Date,
  name: string = event.type,
): Changed => ({
  kind: 'changed',
  order: { ...order, version: before.version + 1 },
  messages: [...messages, ...moneyEvents(before, order, event)],
  entry: { at: now, status: order.status, event: name, detail: detailOf(order, event), amount: amountOf(order, event) },
  returnedToCart: before.status !== order.status && endsUnasked(order) ? order.lines : [],
  ...(alarm && { alarm }),
});

/** Codes and counts only: a provider's own words may hold what a customer should not see, and go to the log. */
const detailOf = (order: Order, event: CheckoutEvent): string | null => {
  switch (event.type) {
    case 'stock.rejected':
    case 'stock.commit-failed':
    case 'payment.declined':
      return event.data.reason;
    case 'payment.cancelled':
      return event.data.outcome;
    case 'payment.disputed':
      return event.data.state;
    case 'cancelRequested':
      return event.by;
    case 'payRequested':
      return `attempt ${order.attempt.number}`;
    default:
      return null;
  }
};

/** The amount that an event is about, if it is in the order's currency. */
const amountOf = ({ total }: Order, event: CheckoutEvent): number | null => {
  if (!isReply(event)) return null;
  const { data } = event;
  const amount = 'amount' in data ? data.amount : 'refunded' in data ? data.refunded : null;
  return amount?.currency === total.currency ? amount.amount : null;
};

/** What others are told about the money of the order beside its status. Their sum is right: each tells what came on top. */
const moneyEvents = (before: Order, order: Order, event: CheckoutEvent): NewMessage[] => {
  if (isReply(event) && event.data.attemptId !== order.attempt.id) return [];
  const refunded = order.payment.refunded - before.payment.refunded;
  return [
    ...(refunded > 0 ? [orderRefunded(order, refunded)] : []),
    ...(event.type === 'payment.disputed' ? [orderDisputed(order, event.data)] : []),
  ];
};

/** Whether this is the end, and neither its customer nor staff asked for it. */
const endsUnasked = ({ status, failure }: Order): boolean => {
  const { isTerminal, waits } = steps[status];
  const isAskedFor =
    failure?.kind === 'OrderCancelled' && (failure.reason === 'CUSTOMER' || failure.reason === 'STAFF');
  return isTerminal === true && waits === undefined && !isAskedFor;
};
