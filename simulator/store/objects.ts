/** Rows as Stripe's objects, with the fields that the shop's calls are about. */
import type { Dispute, Intent, Refund } from './rows.ts';

const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);

/** Of a payment whose bank has said yes. Each has one. */
const chargeId = ({ id }: Pick<Intent, 'id'>): string => id.replace(/^pi_/, 'ch_');
const wasHeld = ({ status, canceled_at, expires_at }: Intent): boolean =>
  expires_at !== null && (status === 'requires_capture' || status === 'succeeded' || canceled_at !== null);

export const intentObject = (intent: Intent, { publicUrl = '', expandsCharge = false } = {}) => ({
  id: intent.id,
  object: 'payment_intent',
  amount: intent.amount,
  amount_capturable: intent.amount_capturable,
  amount_received: intent.amount_received,
  canceled_at: intent.canceled_at && seconds(intent.canceled_at),
  cancellation_reason: intent.cancellation_reason,
  capture_method: 'manual',
  client_secret: intent.client_secret,
  confirmation_method: 'automatic',
  created: seconds(intent.created_at),
  currency: intent.currency,
  customer: intent.customer,
  last_payment_error: intent.last_payment_error && { type: 'card_error', ...intent.last_payment_error },
  latest_charge: wasHeld(intent) ? (expandsCharge ? chargeObject(intent) : chargeId(intent)) : null,
  livemode: false,
  metadata: intent.metadata,
  next_action: intent.status === 'requires_action' ? nextAction(intent, publicUrl) : null,
  payment_method: intent.payment_method,
  payment_method_types: ['card'],
  status: intent.status,
});

export const chargeObject = (intent: Intent) => ({
  id: chargeId(intent),
  object: 'charge',
  amount: intent.amount,
  amount_captured: intent.amount_received,
  amount_refunded: amountRefunded(intent),
  captured: intent.amount_received > 0,
  currency: intent.currency,
  livemode: false,
  metadata: intent.metadata,
  payment_intent: intent.id,
  disputed: intent.is_disputed ?? false,
  refunded: amountRefunded(intent) === intent.amount,
  status: 'succeeded',
});

/** Stripe counts what a cancel, an expiry or a capture of less releases as refunded. */
const amountRefunded = ({ status, amount, amount_received, given_back = 0 }: Intent): number =>
  given_back + (status === 'canceled' || status === 'succeeded' ? amount - amount_received : 0);

/** Where the customer takes the extra step: a page, if there is somewhere to come back to, else the client's own SDK. */
const nextAction = ({ id, client_secret, return_url }: Intent, publicUrl: string) =>
  return_url
    ? {
        type: 'redirect_to_url',
        redirect_to_url: { return_url, url: `${publicUrl}/authenticate/${id}?client_secret=${client_secret}` },
      }
    : { type: 'use_stripe_sdk', use_stripe_sdk: {} };

export const refundObject = (refund: Refund) => ({
  id: refund.id,
  object: 'refund',
  amount: refund.amount,
  charge: chargeId({ id: refund.payment_intent }),
  created: seconds(refund.created_at),
  currency: refund.currency,
  ...(refund.failure_reason && { failure_reason: refund.failure_reason }),
  metadata: refund.metadata,
  payment_intent: refund.payment_intent,
  reason: refund.reason,
  status: refund.status,
});

export const disputeObject = (dispute: Dispute) => ({
  id: dispute.id,
  object: 'dispute',
  amount: dispute.amount,
  charge: chargeId({ id: dispute.payment_intent }),
  created: seconds(dispute.created_at),
  currency: dispute.currency,
  evidence_details: { due_by: seconds(dispute.due_by), has_evidence: false, past_due: false, submission_count: 0 },
  livemode: false,
  metadata: {},
  payment_intent: dispute.payment_intent,
  reason: dispute.reason,
  status: dispute.status,
});

/** A page of a list, newest first. `url` is the list's own path. */
export const listObject = (url: string, data: readonly object[], has_more: boolean) => ({
  ...{ object: 'list', url, has_more, data },
});
