/** From the events of an attempt to `Order.paymentStatus`, and what is wrong with their amounts. */
import { equals, format, type Money } from '#contracts/money.ts';
import type { Order } from '../order/order.ts';
import type { CheckoutEvent, Reply } from './messages.ts';
import type { PaymentStatus } from './steps.ts';

const statusAfter: { readonly [event: string]: PaymentStatus } = {
  'payment.authorized': 'AUTHORIZED',
  'payment.declined': 'DECLINED',
  'payment.captured': 'PAID',
};

const cancelled = { NOTHING: 'NONE', VOIDED: 'VOIDED', REFUNDED: 'REFUNDED' } as const;

export const noPayment: Order['payment'] = { status: 'NONE', id: null, actionUrl: null };
export const pendingPayment: Order['payment'] = { ...noPayment, status: 'PENDING' };

/** The payment after this event; unchanged by an event that is not about it. */
export const paymentAfter = (payment: Order['payment'], event: CheckoutEvent): Order['payment'] => {
  if (event.type === 'payment.action-required')
    return { status: 'ACTION_REQUIRED', id: event.data.paymentId, actionUrl: event.data.actionUrl };
  if (event.type === 'payment.cancelled') return { ...noPayment, status: cancelled[event.data.outcome] };
  const status = statusAfter[event.type];
  return status ? { ...noPayment, status } : payment;
};

/**
 * What is wrong with the amount in a reply; undefined when it is the requested one, or the reply has none. `order` is as it
 * was before the reply.
 */
export const amountFault = (order: Order, event: CheckoutEvent): string | undefined => {
  if (event.type === 'payment.authorized') return otherThan(order.total, event.data.amount, 'authorized');
  if (event.type === 'payment.captured') return otherThan(order.total, event.data.amount, 'captured');
  return event.type === 'payment.cancelled' ? undoFault(order, event.data) : undefined;
};

const otherThan = (requested: Money, actual: Money, done: string): string | undefined =>
  equals(requested, actual) ? undefined : `${format(actual)} was ${done}, and ${format(requested)} was requested`;

type Cancelled = Extract<Reply, { type: 'payment.cancelled' }>['data'];

/** After a mismatch an operator has been called already, and another amount than the total is expected back. */
const undoFault = ({ total, payment, failure }: Order, { outcome, refunded }: Cancelled): string | undefined => {
  if (failure?.kind === 'OrderCancelled' && failure.reason === 'PAYMENT_MISMATCH') return undefined;
  if (outcome === 'REFUNDED')
    return refunded ? otherThan(total, refunded, 'refunded') : 'the refunded amount is missing';
  const isKnown = payment.status === 'PAID' || (payment.status === 'AUTHORIZED' && outcome === 'NOTHING');
  return isKnown ? `the payment was ${payment.status}, and its cancellation reports ${outcome}` : undefined;
};
