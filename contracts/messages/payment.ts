/** Payments, between the order's checkout and the payment subgraph. One attempt = one payment. */
import { z } from 'zod';
import { defineMessage } from '../envelope.ts';
import { AttemptId, CustomerId, DisputeId, OrderId, PaymentId, PaymentMethodId, RefundId } from '../ids.ts';
import { Money } from '../money.ts';

const attempt = { attemptId: AttemptId, orderId: OrderId };

/**
 * What an attempt has come to when the message is written. A receiver that keeps those of the message with the highest
 * `sequence` has them right, whatever order messages come in: a refund can fail after it succeeded, so the greater total
 * need not be the later one.
 */
export const PaymentTotals = z.object({
  captured: Money,
  refunded: Money,
  /** What banks have called back: by disputes that are open, and by those that were lost. */
  disputed: Money,
  openDisputes: z.int().min(0),
});
export type PaymentTotals = z.infer<typeof PaymentTotals>;

/** Tokens that stand for money outside of any provider's network: the order waits until staff record it. */
export const offlinePaymentTokens = ['offline_transfer', 'offline_cash'] as const;

export const disputeStates = ['OPENED', 'WON', 'LOST'] as const;

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
  description:
    'Authorize this amount, on either the method of this token or one on file. The customer returns to `returnUrl` from an extra step.',
  data: z
    .object({
      ...attempt,
      customerId: CustomerId,
      amount: Money,
      paymentMethodToken: z.string().min(1).max(200).optional(),
      savedPaymentMethodId: PaymentMethodId.optional(),
      returnUrl: z.url().max(2_000).optional(),
    })
    .refine(
      ({ paymentMethodToken, savedPaymentMethodId }) =>
        (paymentMethodToken === undefined) !== (savedPaymentMethodId === undefined),
      'exactly one of paymentMethodToken and savedPaymentMethodId',
    ),
});

export const CapturePayment = defineMessage({
  type: 'payment.capture',
  version: 1,
  kind: 'command',
  owner: 'order',
  description:
    'Capture this much of what is authorized; the final capture releases the rest. `capturedBefore` (minor units) is what the attempt had captured when this one was asked for: safe to repeat, each takes effect once.',
  data: z.object({
    ...attempt,
    amount: Money,
    isFinal: z.boolean().default(true),
    capturedBefore: z.int().min(0).default(0),
  }),
});

export const RefundPayment = defineMessage({
  type: 'payment.refund',
  version: 1,
  kind: 'command',
  owner: 'order',
  description: 'Give this much of what is captured back; the order stays. Safe to repeat: a refund takes effect once.',
  data: z.object({ ...attempt, refundId: RefundId, amount: Money, reason: z.string().min(1).max(200) }),
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

export const PaymentAwaitingFunds = defineMessage({
  type: 'payment.awaiting-funds',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description:
    'An offline payment (transfer, cash on delivery) was agreed on: nothing is held until staff record the money.',
  data: z.object({ ...attempt, paymentId: PaymentId, amount: Money }),
});

export const PaymentCaptured = defineMessage({
  type: 'payment.captured',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description:
    'So much is captured in all, by the order, by staff, or at the provider. Unless it is final, the rest is held still.',
  data: z.object({
    ...attempt,
    paymentId: PaymentId,
    amount: Money,
    isFinal: z.boolean().default(true),
    totals: PaymentTotals,
  }),
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
  description:
    'Nothing of this attempt is held or charged any more: it was cancelled, staff voided it, or its authorization expired.',
  data: z.object({
    ...attempt,
    paymentId: PaymentId.nullable(),
    outcome: z.enum(['NOTHING', 'VOIDED', 'REFUNDED']),
    /** All that was refunded of the attempt. Null if nothing was. */
    refunded: Money.nullable(),
    /** Null if the attempt never became a payment. */
    totals: PaymentTotals.nullable(),
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

export const PaymentRefunded = defineMessage({
  type: 'payment.refunded',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The amount went back to the customer: requested by the order, by staff, or made at the provider.',
  data: z.object({ ...attempt, paymentId: PaymentId, refundId: RefundId, amount: Money, totals: PaymentTotals }),
});

export const PaymentRefundFailed = defineMessage({
  type: 'payment.refund-failed',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: 'The refund was refused, or failed after it had succeeded: the customer does not have the money.',
  data: z.object({
    ...attempt,
    paymentId: PaymentId.nullable(),
    refundId: RefundId,
    amount: Money,
    reason: z.string(),
    /** Null if the attempt never became a payment. */
    totals: PaymentTotals.nullable(),
  }),
});

export const PaymentDisputed = defineMessage({
  type: 'payment.disputed',
  version: 1,
  kind: 'event',
  owner: 'payment',
  description: "The customer's bank disputes a captured amount, or that dispute was won or lost.",
  data: z.object({
    ...attempt,
    paymentId: PaymentId,
    disputeId: DisputeId,
    state: z.enum(disputeStates),
    amount: Money,
    reason: z.string(),
    /** Until when the shop can answer. Null once it is decided, or where the provider names no time. */
    respondBy: z.iso.datetime().nullable(),
    totals: PaymentTotals,
  }),
});
