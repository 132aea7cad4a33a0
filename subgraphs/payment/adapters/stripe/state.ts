/** Stripe's objects in our words. */
import type Stripe from 'stripe';
import { AttemptId, OrderId } from '#contracts/ids.ts';
import { Currency, type Money, money } from '#contracts/money.ts';
import {
  type AuthorizationResult,
  type ListedPayment,
  type ProviderDispute,
  ProviderFault,
  type ProviderRefund,
  type ProviderState,
} from '../../domain/provider-results.ts';
import { fromStripeAmount } from './amounts.ts';
import { declinedBy } from './errors.ts';

export const isOurCurrency = ({ currency }: { readonly currency: string }): boolean =>
  Currency.safeParse(currency.toUpperCase()).success;

export const moneyOf = (amount: number, currency: string): Money => {
  const ours = Currency.parse(currency.toUpperCase());
  return money(fromStripeAmount(amount, ours), ours);
};

/** The charge of a PaymentIntent that was retrieved with it: the bank has said yes. */
const chargeOf = ({ latest_charge }: Stripe.PaymentIntent): Stripe.Charge | undefined =>
  typeof latest_charge === 'object' && latest_charge !== null ? latest_charge : undefined;

const isApproved = (intent: Stripe.PaymentIntent): boolean =>
  intent.status === 'requires_capture' ||
  intent.status === 'succeeded' ||
  (intent.status === 'canceled' && chargeOf(intent)?.status === 'succeeded');

/** What a cancel has released; null when nothing was held. Stripe counts it as refunded on the charge. */
export const releasedBy = (intent: Stripe.PaymentIntent): Money | null => {
  const released = chargeOf(intent)?.amount_refunded ?? 0;
  return intent.status === 'canceled' && released > 0 ? moneyOf(released, intent.currency) : null;
};

/** As a call's answer: what is canceled holds nothing. */
export const authorizationOf = (intent: Stripe.PaymentIntent): AuthorizationResult => {
  const { id: reference, status } = intent;
  switch (status) {
    case 'requires_capture':
    case 'succeeded':
      return { kind: 'approved', reference, held: moneyOf(intent.amount, intent.currency) };
    case 'processing':
      return { kind: 'processing', reference };
    case 'requires_action':
    case 'requires_confirmation':
      return {
        ...{ kind: 'actionRequired', reference },
        actionUrl: intent.next_action?.redirect_to_url?.url ?? null,
        clientSecret: intent.client_secret,
      };
    case 'requires_payment_method':
    case 'canceled':
      return {
        ...{ kind: 'declined', reference },
        ...declinedBy(intent.last_payment_error ?? { message: 'The payment was cancelled.' }),
      };
    default:
      // One that Stripe has added since.
      throw new ProviderFault(`unknown status of a PaymentIntent: ${status}`, { next: 'findFirst', alert: true });
  }
};

export const stateOf = (
  intent: Stripe.PaymentIntent,
  refunds: readonly Stripe.Refund[],
  disputes: readonly Stripe.Dispute[],
): ProviderState => {
  const { id: reference, currency } = intent;
  return {
    reference,
    attemptId: attemptOf(intent) ?? null,
    orderId: OrderId.safeParse(intent.metadata?.order).data ?? null,
    createdAt: new Date(intent.created * 1_000),
    amount: moneyOf(intent.amount, currency),
    authorization: isApproved(intent)
      ? { kind: 'approved', reference, held: moneyOf(intent.amount, currency) }
      : authorizationOf(intent),
    end: endOf(intent),
    held: moneyOf(intent.status === 'requires_capture' ? intent.amount_capturable : 0, currency),
    captured: moneyOf(intent.amount_received, currency),
    refunds: refunds.map(refundOf),
    disputes: disputes.map(disputeOf),
  };
};

/** Stripe's own reasons for a cancel: a hold that nobody captured in time. */
const expiries = ['automatic', 'expired'];

export const endOf = ({ status, cancellation_reason }: Stripe.PaymentIntent): ProviderState['end'] => {
  if (status !== 'canceled') return null;
  return expiries.includes(String(cancellation_reason)) ? 'EXPIRED' : 'CANCELLED';
};

/** Stripe counts what is released as refunded on the charge, after a cancel as after a capture of less. */
export const listedOf = (intent: Stripe.PaymentIntent): ListedPayment => {
  const { id: reference, currency, amount_received: captured } = intent;
  const charge = chargeOf(intent);
  const held = intent.status === 'requires_capture' ? intent.amount_capturable : 0;
  const released = intent.amount - captured - held;
  return {
    ...{ reference, attemptId: attemptOf(intent) ?? null, createdAt: new Date(intent.created * 1_000) },
    ...{ held: moneyOf(held, currency), captured: moneyOf(captured, currency) },
    refunded: moneyOf(captured > 0 ? Math.max(0, (charge?.amount_refunded ?? 0) - released) : 0, currency),
    isDisputed: charge?.disputed ?? false,
  };
};

export const attemptOf = ({ metadata }: { readonly metadata?: Stripe.Metadata | null }): AttemptId | undefined =>
  AttemptId.safeParse(metadata?.attempt).data;

const refundStates: Readonly<Record<string, ProviderRefund['state']>> = {
  ...{ pending: 'PENDING', requires_action: 'PENDING', succeeded: 'SUCCEEDED', failed: 'FAILED', canceled: 'FAILED' },
};

export const refundOf = (refund: Stripe.Refund): ProviderRefund => ({
  reference: refund.id,
  operationKey: refund.metadata?.operation ?? null,
  amount: moneyOf(refund.amount, refund.currency),
  state: refundStates[refund.status ?? ''] ?? 'PENDING',
});

const disputeOf = (dispute: Stripe.Dispute): ProviderDispute => ({
  reference: dispute.id,
  amount: moneyOf(dispute.amount, dispute.currency),
  state: dispute.status === 'won' ? 'WON' : dispute.status === 'lost' ? 'LOST' : 'OPEN',
  reason: dispute.reason,
  respondBy: dispute.evidence_details.due_by === null ? null : new Date(dispute.evidence_details.due_by * 1_000),
});
