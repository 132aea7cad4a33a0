/** Decides what an event means for an order's checkout: finds the cell of steps.ts and follows it. Pure. */
import { format } from '#contracts/money.ts';
import { isFree, type Order, type OrderPayment } from '../order/order.ts';
import { type Changed, changed, type Decision, type Outcome } from './decision.ts';
import { failureOf } from './failure.ts';
import {
  type CheckoutEvent,
  command,
  isReply,
  needsAttention,
  orderAwaitingFunds,
  orderEvent,
  orderPlaced,
  type Reply,
} from './messages.ts';
import {
  amountFault,
  isOutdated,
  isRefundedByHand,
  kept,
  noPayment,
  paymentAfter,
  paymentReported,
  pendingPayment,
  totalsFault,
  totalsOf,
} from './payment-status.ts';
import {
  type Command,
  type OrderStatus,
  orphanUndo,
  type Part,
  patienceMs,
  steps,
  type Timings,
  type Transition,
  type Trigger,
  touchedBy,
  undos,
  type Wait,
} from './steps.ts';

/** The beginning: the order's first command, its `order.placed`, and the first entry of its timeline. */
export const begin = (timings: Timings, order: Order, now: Date): Changed => {
  const begun = enter(timings, order, 'PLACED', now);
  return {
    kind: 'changed',
    order: { ...begun.order, version: 1 },
    messages: [orderPlaced(order), ...begun.messages],
    entry: { at: now, status: 'PLACED', event: 'placed', detail: null, amount: null },
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
  // Stryker disable next-line ConditionalExpression: what is no reply has no totals, and is ignored there as well.
  if (isReply(event)) return withoutCell(timings, order, event, now, isOfOlderAttempt);
  return { kind: 'ignored', because: `${event.type} changes nothing in ${order.status}` };
};

const triggerOf = (order: Order, event: CheckoutEvent): Trigger | undefined => {
  const [current] = order.undo;
  const { type } = event;
  const isWrong = amountFault(order, event) !== undefined;
  // Asked again it will say how things are now.
  if (type === 'payment.cancelled' && isOutdated(order, event)) return undefined;
  if (current && type === undos[current].doneBy) return isWrong ? 'undoneWrongly' : 'undone';
  if (current && type === undos[current].failedBy) return 'undoFailed';
  if (current === 'payment' && isRefundedByHand(order, event)) return 'undone';
  // What is wrong with it is seen in the reply to the undo that follows.
  if (type === 'payment.cancelled') return current ? undefined : type;
  // A name that the table has no column for has no cell.
  const column = type as Trigger;
  // A wrong amount is news only where the right one would have been.
  return isWrong && steps[order.status].on[column] ? 'wrongAmount' : column;
};

/** The cell of the table, unless its moment has not come or has passed. */
const cellFor = (order: Order, event: CheckoutEvent, now: Date): Transition | undefined => {
  if (event.type === 'timedOut' && !(order.step.deadline && order.step.deadline <= now)) return undefined;
  if (event.type === 'payRequested' && order.expiresAt <= now) return undefined;
  // The extra step is announced again: its time-out goes on and does not start anew.
  if (event.type === 'payment.action-required' && order.payment.status === 'ACTION_REQUIRED') return undefined;
  if (event.type === 'payment.awaiting-funds' && order.payment.status === 'AWAITING_FUNDS') return undefined;
  // A part is not what the checkout waits for.
  if (event.type === 'payment.captured' && !event.data.isFinal) return undefined;
  const trigger = triggerOf(order, event);
  return trigger && steps[order.status].on[trigger];
};

/** Records what the event says of the payment, or the new attempt that it begins. Nothing of a wrong amount. */
const recordEvent = (order: Order, event: CheckoutEvent): Order => {
  if (amountFault(order, event)) return order;
  if (event.type !== 'payRequested') return { ...order, payment: paymentAfter(order, event) };
  const { attemptId: id, method } = event;
  const number = order.attempt.number + 1;
  return { ...order, attempt: { id, number, method }, payment: noPayment, failure: null };
};

const follow = (timings: Timings, order: Order, event: CheckoutEvent, transition: Transition, now: Date): Outcome => {
  if ('to' in transition) {
    const to = isFree(order) ? (transition.whenFree ?? transition.to) : transition.to;
    const failure = steps[to].isTerminal ? failureOf(order, event, transition.because) : order.failure;
    return enter(timings, { ...order, failure }, to, now);
  }
  if ('wait' in transition) {
    const deadline = new Date(now.getTime() + timings.waitMs[transition.wait]);
    const waiting = { ...order, step: { ...order.step, deadline } };
    if (transition.wait !== 'funds') return { order: waiting, messages: [] };
    const due = { ...waiting, expiresAt: deadline };
    return { order: due, messages: [orderAwaitingFunds(due)] };
  }
  if ('compensateTo' in transition) {
    const undo = touchedBy(order.status, isFree(order)).filter((part) => part !== transition.except);
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
    const undo = touchedBy(order.status, isFree(order));
    return park({ ...order, failure, undo, compensateTo: transition.parkThenCompensateTo }, fault);
  }
  const isSpent = order.step.sends >= timings.tries[transition.retry];
  return isSpent ? follow(timings, order, event, transition.otherwise, now) : resend(timings, order, now);
};

/**
 * A reply that the table has no cell for. What it says of the money is recorded, whoever moved it and whenever. Where it shows
 * that something is held or taken for an attempt that is over, that is undone; where money is not as it should be, an
 * operator is called. Anything else is ignored.
 */
const withoutCell = (timings: Timings, order: Order, reply: Reply, now: Date, isOfOlderAttempt: boolean): Decision => {
  const fault = isOfOlderAttempt ? undefined : totalsFault(order, reply);
  const payment = isOfOlderAttempt || fault ? order.payment : paymentReported(order, reply);
  const isOver = isOfOlderAttempt || steps[order.status].isTerminal === true;
  // The goods may still have to be released when the payment was undone; from then on it is as after the end.
  const isPaymentOver = isOver || (order.undo.length > 0 && !order.undo.includes('payment'));
  const part = isOver || (isPaymentOver && reply.type === 'payment.disputed') ? leftOver(reply) : undefined;
  const alarm = fault ?? failureToReturn(reply, isPaymentOver);
  if (!part && !alarm && (isOfOlderAttempt || !isNews(order.payment, payment, reply))) {
    const because = isOver ? 'is about an attempt that is over' : `changes nothing in ${order.status}`;
    return { kind: 'ignored', because: `${reply.type} ${because}` };
  }
  // A refund that is refused at once is for staff alone: nobody has told the customer of it.
  const isForCustomer = reply.type !== 'payment.refund-failed' || payment.refunded < order.payment.refunded;
  const messages = [
    ...(part ? [command(timings, order, undos[part].sends, reply.data.attemptId)] : []),
    ...(alarm && isForCustomer ? [needsAttention(order, alarm)] : []),
  ];
  const outcome = { order: { ...order, payment }, messages, ...(alarm && { alarm }) };
  return changed(order, outcome, reply, now, fault && 'wrongAmount');
};

/** Whether the timeline has to tell of it. What was asked for and is answered again is no news. */
const isNews = (before: OrderPayment, payment: OrderPayment, { type }: Reply): boolean =>
  type === 'payment.refunded' ||
  type === 'payment.disputed' ||
  before.captured !== payment.captured ||
  before.refunded !== payment.refunded;

/** The part of an attempt that is over of which the reply says that something is still there. */
const leftOver = (reply: Reply): Part | undefined => {
  const totals = totalsOf(reply);
  // The bank has given back what it had called back, and nobody is to keep that.
  if (reply.type === 'payment.disputed') return totals && kept(totals) > 0 ? 'payment' : undefined;
  return totals && kept(totals) === 0 ? undefined : orphanUndo[reply.type];
};

/** Why the customer does not have the money that they should have back. */
const failureToReturn = (reply: Reply, isPaymentOver: boolean): string | undefined => {
  if (reply.type === 'payment.refund-failed')
    return `the refund of ${format(reply.data.amount)} failed: ${reply.data.reason}`;
  if (reply.type === 'payment.cancel-failed' && isPaymentOver)
    return `the payment of attempt ${reply.data.attemptId} could not be called back: ${reply.data.reason}`;
  return undefined;
};

/** Enter `status`: send its command, publish its event, wait as long as it says. Nothing is left to undo. */
const enter = (timings: Timings, order: Order, status: OrderStatus, now: Date): Outcome => {
  const { sends, emits, waits } = steps[status];
  const deadline = waits ? deadlineOf(timings, order, waits, 1, now) : null;
  const entered: Order = {
    ...order,
    status,
    undo: [],
    compensateTo: null,
    step: { deadline, sends: sends ? 1 : 0 },
    payment: sends === 'payment.authorize' ? pendingPayment : order.payment,
  };
  return {
    order: withoutMethod(entered),
    messages: [...(sends ? [command(timings, entered, sends)] : []), ...(emits ? [orderEvent(entered, emits)] : [])],
  };
};

/** The method is only kept until it is handed on, or is of no more use. */
const withoutMethod = (order: Order): Order => {
  const { sends, isTerminal } = steps[order.status];
  if (sends !== 'payment.authorize' && !isTerminal) return order;
  return { ...order, attempt: { ...order.attempt, method: null } };
};

/** Sends the first undo that is left; when none is, the order enters the status that the undo was for. */
const compensate = (timings: Timings, order: Order, now: Date): Outcome => {
  // Stryker disable next-line all: no order gets here.
  if (!order.compensateTo) throw new Error(`${order.id} is being undone without a status to enter afterwards`);
  const [current] = order.undo;
  if (!current) return enter(timings, order, order.compensateTo, now);
  const step = { deadline: deadlineOf(timings, order, 'undo', 1, now), sends: 1 };
  return {
    order: { ...order, status: 'COMPENSATING', step },
    messages: [command(timings, order, undos[current].sends)],
  };
};

/** Sends the current command once more and waits for its reply again. */
const resend = (timings: Timings, order: Order, now: Date): Outcome => {
  const { waits } = steps[order.status];
  // Stryker disable next-line all: no order gets here.
  if (!waits) throw new Error(`${order.status} waits for nothing`);
  const sends = order.step.sends + 1;
  const deadline = deadlineOf(timings, order, waits, sends, now);
  return {
    order: { ...order, step: { deadline, sends } },
    messages: [command(timings, order, currentCommand(order))],
  };
};

/** Sends nothing more: what is left to undo is kept, and a late confirmation or an operator goes on from there. */
const park = (order: Order, alarm: string): Outcome => ({
  order: { ...order, status: 'NEEDS_ATTENTION', step: { ...order.step, deadline: null } },
  messages: [needsAttention(order, alarm)],
  alarm,
});

/** Why the current undo needs an operator. */
const undoFault = ({ undo: [current], step }: Order, event: CheckoutEvent): string => {
  const cause = event.type === 'payment.cancel-failed' ? event.data.reason : `no answer to ${step.sends} requests`;
  return `the undo of the ${current} part failed: ${cause}`;
};

const currentCommand = ({ status, undo: [current] }: Order): Command => {
  const name = steps[status].sends ?? (current && undos[current].sends);
  // Stryker disable next-line all: no order gets here.
  if (!name) throw new Error(`nothing was sent in ${status}`);
  return name;
};

const deadlineOf = (timings: Timings, order: Order, wait: Wait, sends: number, now: Date): Date =>
  wait === 'expiry' ? order.expiresAt : new Date(now.getTime() + patienceMs(timings, wait, sends));
