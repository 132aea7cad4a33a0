/** Money, between the order's checkout and the payment subgraph. One attempt = one payment. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { AttemptId, OrderId, PaymentId, UserId } from '../ids.ts';
import { Money } from '../money.ts';

const attempt = { attemptId: AttemptId, orderId: OrderId };

export const declineReasons = [
  'CARD_DECLINED',
  'INSUFFICIENT_FUNDS',
  'EXPIRED_CARD',
  'INVALID_METHOD',
  'WITHDRAWN',
] as const;

export const AuthorizePayment = defineMessage({
  type: 'payment.authorize',
  version: 1,
  kind: 'command',
  owner: 'order',
  description: 'Hold this amount on this payment method.',
  data: z.object({ ...attempt, customerId: UserId, amount: Money, paymentMethodToken: z.string().min(1).max(200) }),
});

export const CapturePayment = defineMessage({
  type: 'payment.capture',
  version: 1,
  kind: 'command',
  owner: 'order',
  description: 'Take the held amount. Asking again is safe: an attempt is captured once.',
  data: z.object({ ...attempt, amount: Money }),
});

export const CancelPayment = defineMessage({
  type: 'payment.cancel',
  version: 1,
  kind: 'command',
  owner: 'order',
  description:
    'Undo whatever this attempt did with money: void an authorization, refund a capture, or refuse an authorization that has yet to arrive. Undoing nothing is safe.',
  data: z.object(attempt),
});

export const PaymentAuthorized = defineMessage({
  type: 'payment.authorized',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The amount is held.',
  data: z.object({ ...attempt, paymentId: PaymentId, amount: Money }),
});

export const PaymentDeclined = defineMessage({
  type: 'payment.declined',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The provider said no; nothing is held.',
  data: z.object({ ...attempt, paymentId: PaymentId, reason: z.enum(declineReasons), message: z.string() }),
});

export const PaymentActionRequired = defineMessage({
  type: 'payment.action-required',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The customer must take an extra step (3-D Secure) before the amount is held.',
  data: z.object({ ...attempt, paymentId: PaymentId, actionUrl: z.string().nullable() }),
});

export const PaymentCaptured = defineMessage({
  type: 'payment.captured',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The money is taken.',
  data: z.object({ ...attempt, paymentId: PaymentId, amount: Money }),
});

export const PaymentCaptureFailed = defineMessage({
  type: 'payment.capture-failed',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The provider refused for good, or there was nothing to capture.',
  data: z.object({ ...attempt, paymentId: PaymentId.nullable(), reason: z.string() }),
});

export const PaymentCancelled = defineMessage({
  type: 'payment.cancelled',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'Nothing of this attempt is held or taken any more.',
  data: z.object({
    ...attempt,
    paymentId: PaymentId.nullable(),
    outcome: z.enum(['NOTHING', 'VOIDED', 'REFUNDED']),
    refunded: Money.nullable(),
  }),
});

export const PaymentCancelFailed = defineMessage({
  type: 'payment.cancel-failed',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The provider would not void or refund: a person must look.',
  data: z.object({ ...attempt, paymentId: PaymentId, reason: z.string() }),
});
