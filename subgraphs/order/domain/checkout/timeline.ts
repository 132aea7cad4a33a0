/** An order's history in words. */

import type { Order } from '../order/order.ts';
import type { CheckoutEvent } from './events.ts';

const sentences: { readonly [event: string]: string } = {
  placed: 'The order was placed.',
  'stock.reserved': 'The items are reserved.',
  'stock.rejected': 'The items could not be reserved.',
  'stock.committed': 'The items are yours.',
  'stock.commit-failed': 'The reservation was gone.',
  'stock.released': 'The items went back to the stock.',
  'payment.authorized': 'The payment is approved.',
  'payment.action-required': 'The bank asks for an extra step.',
  'payment.declined': 'The payment was declined.',
  'payment.captured': 'The payment is complete.',
  'payment.capture-failed': 'The payment could not be completed.',
  'payment.cancelled': 'The payment was called back.',
  'payment.cancel-failed': 'The payment could not be called back.',
  wrongAmount: 'The payment was for another amount than the order.',
  timedOut: 'No answer came in time.',
  cancelRequested: 'Cancellation was asked for.',
  payRequested: 'Another payment was begun.',
  resumeRequested: 'The undo was begun again.',
};

/** One sentence for a person about an entry of the timeline. */
export const sentenceFor = (event: string): string => sentences[event] ?? event;

/**
 * What the timeline adds to the sentence: codes and counts only. A provider's own words may hold what a customer
 * should not see; they go to the log.
 */
export const detailOf = (order: Order, event: CheckoutEvent): string | null => {
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
