/** What people can do with an order now: read off the table that decides what will come of it. */

import { type FulfilmentStatus, type OrderStatus, steps } from '../checkout/steps.ts';
import type { Order } from './order.ts';

export type OrderAction = 'PAY' | 'CONFIRM_PAYMENT' | 'PAY_OFFLINE' | 'CANCEL' | 'RESUME';
export interface Actor {
  readonly isStaff: boolean;
  readonly isCustomer: boolean;
}

type Standing = Pick<Order, 'status' | 'payment' | 'expiresAt'>;

const rules: Record<OrderAction, (order: Standing, actor: Actor, now: Date) => boolean> = {
  PAY: (order, { isCustomer }, now) => isCustomer && awaitsPayment(order) && now < order.expiresAt,
  CONFIRM_PAYMENT: (order, { isCustomer }) => isCustomer && awaitsExtraStep(order),
  PAY_OFFLINE: (order, { isCustomer }) => isCustomer && awaitsFunds(order),
  CANCEL: ({ status }) => steps[status].on.cancelRequested !== undefined,
  RESUME: ({ status }, { isStaff }) => isStaff && steps[status].on.resumeRequested !== undefined,
};

export const nextActions = (order: Standing, actor: Actor, now: Date): OrderAction[] =>
  (Object.keys(rules) as OrderAction[]).filter((action) => rules[action](order, actor, now));

/** Whether the customer may pay again, for as long as the order has not expired. */
export const awaitsPayment = ({ status }: Pick<Order, 'status'>): boolean =>
  steps[status].on.payRequested !== undefined;

/** Whether the customer's bank wants something of them before the payment goes on. */
export const awaitsExtraStep = ({ status, payment }: Pick<Order, 'status' | 'payment'>): boolean =>
  status === 'AUTHORIZING' && payment.status === 'ACTION_REQUIRED';

/** Whether the order waits for a transfer, or for cash. */
export const awaitsFunds = ({ status, payment }: Pick<Order, 'status' | 'payment'>): boolean =>
  status === 'AUTHORIZING' && payment.status === 'AWAITING_FUNDS';

export const fulfilmentOf = (status: OrderStatus): FulfilmentStatus => steps[status].fulfilment;

/** Whether nothing more happens to it by itself: no time-out and no reply is left, at most a cancel. */
export const isFinal = ({ status }: Pick<Order, 'status'>): boolean =>
  Object.keys(steps[status].on).every((trigger) => trigger === 'cancelRequested');

/** Whether there is nothing to wait for: the checkout has ended, or it is the customer's turn. */
export const isAtRest = (order: Pick<Order, 'status' | 'payment'>): boolean => {
  const { waits } = steps[order.status];
  return waits === undefined || waits === 'expiry' || awaitsExtraStep(order) || awaitsFunds(order);
};
