/** Events of an order. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { CustomerId, DisputeId, OrderId } from '../ids.ts';
import { Money } from '../money.ts';
import { disputeStates } from './payment.ts';

const order = { orderId: OrderId, number: z.string().min(1), customerId: CustomerId, total: Money };

export const OrderPlaced = defineMessage({
  type: 'order.placed',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'The order was placed; its checkout has started.',
  data: z.object(order),
});

export const OrderConfirmed = defineMessage({
  type: 'order.confirmed',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'The stock is committed and the payment captured.',
  data: z.object(order),
});

export const OrderRejected = defineMessage({
  type: 'order.rejected',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'The stock could not be reserved; nothing was charged.',
  data: z.object({ ...order, reason: z.string() }),
});

export const OrderPaymentFailed = defineMessage({
  type: 'order.payment-failed',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'The payment was declined; the customer can retry until the order expires.',
  data: z.object({ ...order, reason: z.string() }),
});

export const OrderCancelled = defineMessage({
  type: 'order.cancelled',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'The order was cancelled and all steps compensated.',
  data: z.object({ ...order, reason: z.string() }),
});

export const OrderNeedsAttention = defineMessage({
  type: 'order.needs-attention',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'A compensation failed: the order is parked until manual intervention.',
  data: z.object({ ...order, reason: z.string() }),
});

export const OrderAwaitingFunds = defineMessage({
  type: 'order.awaiting-funds',
  version: 1,
  kind: 'event',
  owner: 'order',
  description:
    'The stock is reserved, and the customer has until `dueAt` to transfer the total, or has to have it ready on delivery.',
  data: z.object({ ...order, dueAt: z.iso.datetime() }),
});

export const OrderRefunded = defineMessage({
  type: 'order.refunded',
  version: 1,
  kind: 'event',
  owner: 'order',
  description:
    'Money of the order went back to the customer: `amount` since the previous such event, `refundedTotal` in all.',
  data: z.object({ ...order, amount: Money, refundedTotal: Money }),
});

export const OrderDisputed = defineMessage({
  type: 'order.disputed',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: "The customer's bank disputes a payment of the order, or that dispute was won or lost.",
  data: z.object({ ...order, disputeId: DisputeId, state: z.enum(disputeStates), amount: Money }),
});
