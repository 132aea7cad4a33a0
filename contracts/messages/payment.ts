/** Payments, between the order's checkout and the payment subgraph. One attempt = one payment. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { AttemptId, CustomerId, OrderId, PaymentId } from '../ids.ts';
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
  description: 'Authorize this amount on this payment method.',
  data: z.object({ ...attempt, customerId: CustomerId, amount: Money, paymentMethodToken: z.string().min(1).max(200) }),
});

export const CapturePayment = defineMessage({
  type: 'payment.capture',
  version: 1,
  kind: 'command',
  owner: 'order',
  description: 'Capture the authorized amount. Safe to repeat: an attempt is captured once.',
  data: z.object({ ...attempt, amount: Money }),
});

export const CancelPayment = defineMessage({
  type: 'payment.cancel',
  version: 1,
  kind: 'command',
  owner: 'order',
  description:
    'Undo this attempt: void an authorization, refund a capture, or refuse an authorization that has yet to arrive. Safe if there is nothing to undo.',
  data: z.object(attempt),
});

export const PaymentAuthorized = defineMessage({
  type: 'payment.authorized',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The amount is authorized.',
  data: z.object({ ...attempt, paymentId: PaymentId, amount: Money }),
});

export const PaymentDeclined = defineMessage({
  type: 'payment.declined',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The provider declined; nothing is held.',
  data: z.object({ ...attempt, paymentId: PaymentId, reason: z.enum(declineReasons), message: z.string() }),
});

export const PaymentActionRequired = defineMessage({
  type: 'payment.action-required',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The customer must complete an additional authentication (3-D Secure) first.',
  data: z.object({ ...attempt, paymentId: PaymentId, actionUrl: z.string().nullable() }),
});

export const PaymentCaptured = defineMessage({
  type: 'payment.captured',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The amount is captured.',
  data: z.object({ ...attempt, paymentId: PaymentId, amount: Money }),
});

export const PaymentCaptureFailed = defineMessage({
  type: 'payment.capture-failed',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The provider refused permanently, or there was nothing to capture.',
  data: z.object({ ...attempt, paymentId: PaymentId.nullable(), reason: z.string() }),
});

export const PaymentCancelled = defineMessage({
  type: 'payment.cancelled',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'Nothing of this attempt is held or charged any more.',
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
  description: 'The provider refused to void or refund: manual intervention is required.',
  data: z.object({ ...attempt, paymentId: PaymentId, reason: z.string() }),
});
