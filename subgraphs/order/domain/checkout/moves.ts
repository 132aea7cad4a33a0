/** The moves that a cell of the checkout's table can ask for: each gives the order after it, and what to send. */
import type { NewMessage } from '#contracts/envelope.ts';
import type { Order } from '../order/order.ts';
import type { CheckoutEvent } from './events.ts';
import { command, needsAttention, tell } from './messages.ts';
import { pendingPayment } from './payment-status.ts';
import type { OrderStatus, Part } from './statuses.ts';
import { type Command, path, steps, undos, type Wait } from './steps.ts';
import { patienceMs, type Timings } from './timings.ts';

export interface Outcome {
  readonly order: Order;
  readonly messages: readonly NewMessage[];
  readonly alarm?: string;
}

/** Be in `status`: send its command, tell of it, wait as long as it says. Nothing is left to undo. */
export const enter = (timings: Timings, order: Order, status: OrderStatus, now: Date): Outcome => {
  const { sends, tells, waits } = steps[status];
  const deadline = waits ? deadlineOf(timings, order, waits, 1, now) : null;
  const entered: Order = {
    ...order,
    status,
    undo: [],
    heading: null,
    step: { deadline, sends: sends ? 1 : 0 },
    payment: sends === 'payment.authorize' ? pendingPayment : order.payment,
  };
  return {
    order: withoutToken(entered),
    messages: [...(sends ? [command(timings, entered, sends)] : []), ...(tells ? [tell(entered, tells)] : [])],
  };
};

/** The token is only kept until it is handed on, or there is no more use for it. */
const withoutToken = (order: Order): Order => {
  const { sends, settled } = steps[order.status];
  if (sends !== 'payment.authorize' && !settled) return order;
  return { ...order, attempt: { ...order.attempt, paymentMethodToken: null } };
};

/** Sends the first undo that is left; when none is, the order is where the undo was to lead. */
export const compensate = (timings: Timings, order: Order, now: Date): Outcome => {
  if (!order.heading) throw new Error(`${order.id} is being undone towards nothing`);
  const [inHand] = order.undo;
  if (!inHand) return enter(timings, order, order.heading, now);
  const step = { deadline: deadlineOf(timings, order, 'undo', 1, now), sends: 1 };
  return {
    order: { ...order, status: 'COMPENSATING', step },
    messages: [command(timings, order, undos[inHand].sends)],
  };
};

/** Sends the command in hand once more and waits for its reply again. */
export const sendAgain = (timings: Timings, order: Order, now: Date): Outcome => {
  const { waits } = steps[order.status];
  if (!waits) throw new Error(`${order.status} waits for nothing`);
  const sends = order.step.sends + 1;
  const deadline = deadlineOf(timings, order, waits, sends, now);
  return {
    order: { ...order, step: { deadline, sends } },
    messages: [command(timings, order, commandInHand(order))],
  };
};

/** Sends nothing more: what is left to undo is kept, a late confirmation or a person goes on from there. */
export const park = (order: Order, alarm: string): Outcome => ({
  order: { ...order, status: 'NEEDS_ATTENTION', step: { ...order.step, deadline: null } },
  messages: [needsAttention(order, alarm)],
  alarm,
});

/** Why a person is called about the undo in hand. */
export const undoFault = ({ undo: [inHand], step }: Order, event: CheckoutEvent): string => {
  const cause = event.type === 'payment.cancel-failed' ? event.data.reason : `no answer to ${step.sends} requests`;
  return `the undo of the ${inHand} part failed: ${cause}`;
};

/** The parts that a checkout in this status has touched, the one to undo first at the front. */
export const touchedBy = (status: OrderStatus): Part[] => {
  const sofar = path.slice(0, path.indexOf(status) + 1);
  return [...new Set(sofar.flatMap((step) => steps[step].undo ?? []))].reverse();
};

const commandInHand = ({ status, undo: [inHand] }: Order): Command => {
  const name = steps[status].sends ?? (inHand && undos[inHand].sends);
  if (!name) throw new Error(`nothing is in hand in ${status}`);
  return name;
};

const deadlineOf = (timings: Timings, order: Order, wait: Wait, sends: number, now: Date): Date =>
  wait === 'expiry' ? order.expiresAt : new Date(now.getTime() + patienceMs(timings, wait, sends));
