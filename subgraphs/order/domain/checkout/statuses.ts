/** The words for where an order stands. What leads from one to the next is the table in checkout-steps.ts. */

export const orderStatuses = [
  'PLACED',
  'AUTHORIZING',
  'COMMITTING',
  'CAPTURING',
  'CONFIRMED',
  'REJECTED',
  'PAYMENT_FAILED',
  'COMPENSATING',
  'CANCELLED',
  'NEEDS_ATTENTION',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const paymentStatuses = [
  'NONE',
  'PENDING',
  'ACTION_REQUIRED',
  'AUTHORIZED',
  'PAID',
  'DECLINED',
  'VOIDED',
  'REFUNDED',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export type FulfilmentStatus = 'UNFULFILLED' | 'CANCELLED';

/** What a checkout does with a neighbour, and therefore may have to undo there. */
export const parts = ['payment', 'stock'] as const;
export type Part = (typeof parts)[number];

/** Where an undo leads once all of it is confirmed. */
export type Heading = 'PAYMENT_FAILED' | 'CANCELLED';
