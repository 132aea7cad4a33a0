/** What is known of an attempt's money: a table from what was sent and heard to `Order.paymentStatus`. */
import { equals, format, type Money } from '#contracts/money.ts';
import type { Order } from '../order/order.ts';
import type { CheckoutEvent, Reply } from './events.ts';
import type { PaymentStatus } from './steps.ts';

const standings: { readonly [event: string]: PaymentStatus } = {
  'payment.authorized': 'AUTHORIZED',
  'payment.declined': 'DECLINED',
  'payment.captured': 'PAID',
};

const cancelled = { NOTHING: 'NONE', VOIDED: 'VOIDED', REFUNDED: 'REFUNDED' } as const;

export const noPayment: Order['payment'] = { status: 'NONE', id: null, actionUrl: null };
export const pendingPayment: Order['payment'] = { ...noPayment, status: 'PENDING' };

/** The payment after this event; as it was when the event says nothing of it. */
export const paymentAfter = (payment: Order['payment'], event: CheckoutEvent): Order['payment'] => {
  if (event.type === 'payment.action-required')
    return { status: 'ACTION_REQUIRED', id: event.data.paymentId, actionUrl: event.data.actionUrl };
  if (event.type === 'payment.cancelled') return { ...noPayment, status: cancelled[event.data.outcome] };
  const status = standings[event.type];
  return status ? { ...noPayment, status } : payment;
};

/**
 * What is wrong with the money that a reply tells of; undefined when it is what was asked for, or the reply tells of none.
 * `order` is as it was before the reply.
 */
export const amountFault = (order: Order, event: CheckoutEvent): string | undefined => {
  if (event.type === 'payment.authorized') return otherThan(order.total, event.data.amount, 'held');
  if (event.type === 'payment.captured') return otherThan(order.total, event.data.amount, 'taken');
  return event.type === 'payment.cancelled' ? undoingFault(order, event.data) : undefined;
};

const otherThan = (asked: Money, told: Money, done: string): string | undefined =>
  equals(asked, told) ? undefined : `${format(told)} was ${done}, and ${format(asked)} was asked for`;

type Cancelled = Extract<Reply, { type: 'payment.cancelled' }>['data'];

/** Whoever was called because other money was held or taken knows already that other money goes back. */
const undoingFault = ({ total, payment, failure }: Order, { outcome, refunded }: Cancelled): string | undefined => {
  if (failure?.kind === 'OrderCancelled' && failure.reason === 'PAYMENT_MISMATCH') return undefined;
  if (outcome === 'REFUNDED')
    return refunded ? otherThan(total, refunded, 'given back') : 'what was given back is not told';
  const isKnown = payment.status === 'PAID' || (payment.status === 'AUTHORIZED' && outcome === 'NOTHING');
  return isKnown ? `the payment was ${payment.status}, and what was undone is ${outcome}` : undefined;
};
