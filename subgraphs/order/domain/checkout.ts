/** Decides what an event means for an order's checkout: reads the table in checkout-steps.ts and nothing else. Pure. */
import type { NewMessage } from '../../../contracts/envelope.ts';
import { type CheckoutEvent, isReply, type Reply } from './checkout-events.ts';
import { failureOf } from './checkout-failure.ts';
import { command, needsAttention, orderPlaced, tell } from './checkout-messages.ts';
import { path, reveals, steps, type Transition, type Trigger, undos } from './checkout-steps.ts';
import { detailOf } from './checkout-timeline.ts';
import type { Order, TimelineEntry } from './order.ts';
import type { Heading, OrderStatus, Part } from './order-status.ts';
import { paymentAfter } from './payment-standing.ts';
import { patienceMs, type Timings } from './timings.ts';

export interface Changed {
  readonly kind: 'changed';
  readonly order: Order;
  readonly messages: readonly NewMessage[];
  readonly entry: TimelineEntry;
  /** What a person has to look at: an error in the log and a metric. */
  readonly alarm?: string;
}
/** Nothing to do: late, twice, too early, or not possible as things stand. */
export interface Ignored {
  readonly kind: 'ignored';
  readonly because: string;
}
export type Decision = Changed | Ignored;

/** An order with what to send for it. */
type Outcome = Pick<Changed, 'order' | 'messages'>;

/** The beginning: the order as given, its first command and its first line of history. */
export const begin = (timings: Timings, order: Order, now: Date): Changed => {
  const begun = enter(timings, order, 'PLACED', now);
  return {
    kind: 'changed',
    order: { ...begun.order, version: 1 },
    messages: [orderPlaced(order), ...begun.messages],
    entry: { at: now, status: 'PLACED', event: 'placed', detail: null },
  };
};

/** What `event` leads to. The caller holds the lock on the order, so that what is decided here is what happens. */
export const decide = (timings: Timings, order: Order, event: CheckoutEvent, now: Date): Decision => {
  if (isReply(event) && event.data.attemptId !== order.attempt.id) return afterwards(timings, order, event, now);
  const transition = transitionFor(order, event, now);
  if (!transition) {
    return isReply(event) ? afterwards(timings, order, event, now) : ignored(order, event);
  }
  const next = follow(timings, witness(order, event), event, transition, now);
  return changed(order, next, event, now);
};

const ignored = (order: Order, event: CheckoutEvent): Ignored => ({
  kind: 'ignored',
  because: `${event.type} changes nothing in ${order.status}`,
});

const changed = (before: Order, { order, messages }: Outcome, event: CheckoutEvent, now: Date): Changed => {
  const parked = order.status === 'NEEDS_ATTENTION' && before.status !== 'NEEDS_ATTENTION';
  const detail = detailOf(order, event);
  return {
    kind: 'changed',
    order: { ...order, version: before.version + 1 },
    messages,
    entry: { at: now, status: order.status, event: event.type, detail },
    ...(parked && { alarm: `the undo of ${order.undo[0]} failed: ${detail ?? event.type}` }),
  };
};

const triggerOf = ({ undo }: Order, { type }: CheckoutEvent): Trigger => {
  const [inHand] = undo;
  if (inHand && type === undos[inHand].doneBy) return 'undone';
  if (inHand && type === undos[inHand].failedBy) return 'undoFailed';
  return type as Trigger;
};

/** The cell of the table, unless its moment has not come or has passed. */
const transitionFor = (order: Order, event: CheckoutEvent, now: Date): Transition | undefined => {
  if (event.type === 'timedOut' && !(order.step.deadline && order.step.deadline <= now)) return undefined;
  if (event.type === 'payRequested' && order.expiresAt <= now) return undefined;
  // Asked for the extra step twice: the first one's time goes on.
  if (event.type === 'payment.action-required' && order.payment.status === 'ACTION_REQUIRED') return undefined;
  return steps[order.status].on[triggerOf(order, event)];
};

/** Takes down what the event says of the attempt, whatever comes of it. */
const witness = (order: Order, event: CheckoutEvent): Order => {
  if (event.type !== 'payRequested') return { ...order, payment: paymentAfter(order.payment, event) };
  const { attemptId: id, paymentMethodToken } = event;
  return {
    ...order,
    attempt: { id, number: order.attempt.number + 1, paymentMethodToken },
    payment: { status: 'NONE', id: null, actionUrl: null },
    failure: null,
  };
};

const follow = (
  timings: Timings,
  order: Order,
  event: CheckoutEvent,
  transition: Transition,
  now: Date,
): Outcome => {
  if ('to' in transition) {
    const ends = steps[transition.to].settled;
    const failure = ends ? (order.failure && !transition.because && event.type !== 'cancelRequested' ? order.failure : failureOf(order, event, transition.because)) : order.failure;
    return enter(timings, { ...order, failure }, transition.to, now);
  }
  return { order, messages: [] };
};
