/** Decides what an event means for an order's checkout: finds the cell of steps.ts and follows it. Pure. */
import type { Order, OrderLine, TimelineEntry } from '../order/order.ts';
import { type CheckoutEvent, isReply, type Reply } from './events.ts';
import { failureOf } from './failure.ts';
import { command, needsAttention, orderPlaced } from './messages.ts';
import { compensate, enter, type Outcome, park, resend, undoFault } from './moves.ts';
import { amountFault, noPayment, paymentAfter } from './payment-status.ts';
import { orphanUndo, steps, type Transition, type Trigger, touchedBy, undos } from './steps.ts';
import type { Timings } from './timings.ts';

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

/** The beginning: the order's first command, its `order.placed`, and the first entry of its timeline. */
export const begin = (timings: Timings, order: Order, now: Date): Changed => {
  const begun = enter(timings, order, 'PLACED', now);
  return {
    kind: 'changed',
    order: { ...begun.order, version: 1 },
    messages: [orderPlaced(order), ...begun.messages],
    entry: { at: now, status: 'PLACED', event: 'placed', detail: null },
    returnedToCart: [],
  };
};

/** What `event` leads to. The caller holds the lock on the order, so what is decided here is what happens. */
export const decide = (timings: Timings, order: Order, event: CheckoutEvent, now: Date): Decision => {
  const isOfOlderAttempt = isReply(event) && event.data.attemptId !== order.attempt.id;
  const transition = isOfOlderAttempt ? undefined : cellFor(order, event, now);
  if (transition) {
    const outcome = follow(timings, recordEvent(order, event), event, transition, now);
    return changed(order, outcome, event, now, amountFault(order, event) && 'wrongAmount');
  }
  const isOver = isOfOlderAttempt || steps[order.status].isTerminal;
  if (isReply(event) && isOver) return afterAttemptEnded(timings, order, event, now);
  return { kind: 'ignored', because: `${event.type} changes nothing in ${order.status}` };
};

const changed = (
  before: Order,
  { order, messages, alarm }: Outcome,
  event: CheckoutEvent,
  now: Date,
  name: string = event.type,
): Changed => ({
  kind: 'changed',
  order: { ...order, version: before.version + 1 },
  messages,
  entry: { at: now, status: order.status, event: name, detail: detailOf(order, event) },
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
    case 'cancelRequested':
      return event.by;
    case 'payRequested':
      return `attempt ${order.attempt.number}`;
    default:
      return null;
  }
};

/** Whether this is the end, and neither its customer nor staff asked for it. */
const endsUnasked = ({ status, failure }: Order): boolean => {
  const { isTerminal, waits } = steps[status];
  const isAskedFor =
    failure?.kind === 'OrderCancelled' && (failure.reason === 'CUSTOMER' || failure.reason === 'STAFF');
  return isTerminal === true && waits === undefined && !isAskedFor;
};

const triggerOf = (order: Order, event: CheckoutEvent): Trigger | undefined => {
  const [current] = order.undo;
  const { type } = event;
  const isWrong = amountFault(order, event) !== undefined;
  if (current && type === undos[current].doneBy) return isWrong ? 'undoneWrongly' : 'undone';
  if (current && type === undos[current].failedBy) return 'undoFailed';
  if (!isTrigger(type)) return undefined;
  // A wrong amount is news only where the right one would have been.
  return isWrong && steps[order.status].on[type] ? 'wrongAmount' : type;
};

/** The confirmations of undos have no column of their own in the table. */
const isTrigger = (type: CheckoutEvent['type']): type is Extract<CheckoutEvent['type'], Trigger> =>
  !Object.values(undos).some(({ doneBy, failedBy }) => type === doneBy || type === failedBy);

/** The cell of the table, unless its moment has not come or has passed. */
const cellFor = (order: Order, event: CheckoutEvent, now: Date): Transition | undefined => {
  if (event.type === 'timedOut' && !(order.step.deadline && order.step.deadline <= now)) return undefined;
  if (event.type === 'payRequested' && order.expiresAt <= now) return undefined;
  // The extra step is announced again: its time-out goes on and does not start anew.
  if (event.type === 'payment.action-required' && order.payment.status === 'ACTION_REQUIRED') return undefined;
  const trigger = triggerOf(order, event);
  return trigger && steps[order.status].on[trigger];
};

/** Records what the event says of the payment, or the new attempt that it begins. Nothing of a wrong amount. */
const recordEvent = (order: Order, event: CheckoutEvent): Order => {
  if (amountFault(order, event)) return order;
  if (event.type !== 'payRequested') return { ...order, payment: paymentAfter(order.payment, event) };
  const { attemptId: id, paymentMethodToken } = event;
  const number = order.attempt.number + 1;
  return { ...order, attempt: { id, number, paymentMethodToken }, payment: noPayment, failure: null };
};

const follow = (timings: Timings, order: Order, event: CheckoutEvent, transition: Transition, now: Date): Outcome => {
  if ('to' in transition) {
    const failure = steps[transition.to].isTerminal ? failureOf(order, event, transition.because) : order.failure;
    return enter(timings, { ...order, failure }, transition.to, now);
  }
  if ('wait' in transition) {
    const deadline = new Date(now.getTime() + timings.waitMs[transition.wait]);
    return { order: { ...order, step: { ...order.step, deadline } }, messages: [] };
  }
  if ('compensateTo' in transition) {
    const undo = touchedBy(order.status).filter((part) => part !== transition.except);
    const failure = failureOf(order, event, transition.because);
    return compensate(timings, { ...order, failure, undo, compensateTo: transition.compensateTo }, now);
  }
  if ('nextUndo' in transition) return compensate(timings, { ...order, undo: order.undo.slice(1) }, now);
  if ('resume' in transition) return compensate(timings, order, now);
  if ('park' in transition) return park(order, undoFault(order, event));
  const fault = amountFault(order, event) ?? 'no reason is known';
  if ('parkBeforeNext' in transition) return park({ ...order, undo: order.undo.slice(1) }, fault);
  if ('parkThenCompensateTo' in transition) {
    const failure = failureOf(order, event, transition.because);
    const undo = touchedBy(order.status);
    return park({ ...order, failure, undo, compensateTo: transition.parkThenCompensateTo }, fault);
  }
  const isSpent = order.step.sends >= timings.tries[transition.retry];
  return isSpent ? follow(timings, order, event, transition.otherwise, now) : resend(timings, order, now);
};

/**
 * A reply about an attempt that is over. Where it reveals that something is held or taken all the same, that is undone;
 * where it says that an undo was refused, an operator is called. Anything else is ignored.
 */
const afterAttemptEnded = (timings: Timings, order: Order, reply: Reply, now: Date): Decision => {
  if (reply.type === 'payment.cancel-failed') {
    const alarm = `the payment of attempt ${reply.data.attemptId} could not be called back: ${reply.data.reason}`;
    return changed(order, { order, messages: [needsAttention(order, alarm)], alarm }, reply, now);
  }
  const part = orphanUndo[reply.type];
  if (!part) return { kind: 'ignored', because: `${reply.type} is about an attempt that is over` };
  const undo = command(timings, order, undos[part].sends, reply.data.attemptId);
  return changed(order, { order, messages: [undo] }, reply, now);
};
