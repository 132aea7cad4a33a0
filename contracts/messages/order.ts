/** What happened to an order, for those who tell the customer. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { OrderId, UserId } from '../ids.ts';
import { Money } from '../money.ts';

const order = { orderId: OrderId, number: z.string().min(1), customerId: UserId, total: Money };

export const OrderPlaced = defineMessage({
  type: 'order.placed',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'The order exists; its checkout has begun.',
  data: z.object(order),
});

export const OrderConfirmed = defineMessage({
  type: 'order.confirmed',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'Stock is sold and money is taken.',
  data: z.object(order),
});

export const OrderRejected = defineMessage({
  type: 'order.rejected',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'The stock could not be held; nothing was charged.',
  data: z.object({ ...order, reason: z.string() }),
});

export const OrderPaymentFailed = defineMessage({
  type: 'order.payment-failed',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'The payment was declined; the customer may try another until the order expires.',
  data: z.object({ ...order, reason: z.string() }),
});

export const OrderCancelled = defineMessage({
  type: 'order.cancelled',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'Everything that was started is undone.',
  data: z.object({ ...order, reason: z.string() }),
});

export const OrderNeedsAttention = defineMessage({
  type: 'order.needs-attention',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'An undo failed: the order is parked until a person has looked.',
  data: z.object({ ...order, reason: z.string() }),
});
