/** What is known of an attempt's money: a table from what was sent and heard to `Order.paymentStatus`. */
import type { CheckoutEvent } from './checkout-events.ts';
import type { Order } from './order.ts';
import type { PaymentStatus } from './order-status.ts';

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
