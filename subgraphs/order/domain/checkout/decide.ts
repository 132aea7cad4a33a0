/** Decides what an event means for an order's checkout: finds the cell of steps.ts and follows it. Pure. */
import type { NewMessage } from '#contracts/envelope.ts';
import type { Order, OrderLine, TimelineEntry } from '../order/order.ts';
import { failureOf } from './failure.ts';
import {
  type CheckoutEvent,
  command,
  isReply,
  needsAttention,
  orderEvent,
  orderPlaced,
  type Reply,
} from './messages.ts';
import { amountFault, noPayment, paymentAfter, pendingPayment } from './payment-status.ts';
import {
  type Command,
  type OrderStatus,
  orphanUndo,
  patienceMs,
  steps,
  type Timings,
  type Transition,
  type Trigger,
  touchedBy,
  undos,
  type Wait,
} from './steps.ts';

interface Outcome {
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
 * A reply about an attempt that is over. Where it shows that something is still held or taken, that is undone;
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
    order: withoutToken(entered),
    messages: [...(sends ? [command(timings, entered, sends)] : []), ...(emits ? [orderEvent(entered, emits)] : [])],
  };
};

/** The token is only kept until it is handed on, or is of no more use. */
const withoutToken = (order: Order): Order => {
  const { sends, isTerminal } = steps[order.status];
  if (sends !== 'payment.authorize' && !isTerminal) return order;
  return { ...order, attempt: { ...order.attempt, paymentMethodToken: null } };
};

/** Sends the first undo that is left; when none is, the order enters the status that the undo was for. */
const compensate = (timings: Timings, order: Order, now: Date): Outcome => {
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
  if (!name) throw new Error(`nothing was sent in ${status}`);
  return name;
};

const deadlineOf = (timings: Timings, order: Order, wait: Wait, sends: number, now: Date): Date =>
  wait === 'expiry' ? order.expiresAt : new Date(now.getTime() + patienceMs(timings, wait, sends));
