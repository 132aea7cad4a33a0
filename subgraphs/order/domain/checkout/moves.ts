/** What a cell of the checkout's table can ask for: each move gives the order after it, and what to send. */
import type { NewMessage } from '#contracts/envelope.ts';
import type { Order } from '../order/order.ts';
import type { CheckoutEvent } from './events.ts';
import { command, needsAttention, orderEvent } from './messages.ts';
import { pendingPayment } from './payment-status.ts';
import { type Command, type OrderStatus, steps, undos, type Wait } from './steps.ts';
import { patienceMs, type Timings } from './timings.ts';

export interface Outcome {
  readonly order: Order;
  readonly messages: readonly NewMessage[];
  /** Why an operator has to look at this order. */
  readonly alarm?: string;
}

/** Enter `status`: send its command, publish its event, wait as long as it says. Nothing is left to undo. */
export const enter = (timings: Timings, order: Order, status: OrderStatus, now: Date): Outcome => {
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
export const compensate = (timings: Timings, order: Order, now: Date): Outcome => {
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
export const resend = (timings: Timings, order: Order, now: Date): Outcome => {
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
export const park = (order: Order, alarm: string): Outcome => ({
  order: { ...order, status: 'NEEDS_ATTENTION', step: { ...order.step, deadline: null } },
  messages: [needsAttention(order, alarm)],
  alarm,
});

/** Why the current undo needs an operator. */
export const undoFault = ({ undo: [current], step }: Order, event: CheckoutEvent): string => {
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
