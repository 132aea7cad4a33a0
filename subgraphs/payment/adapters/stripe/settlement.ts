/** What happens to a hold: captures, voids and refunds. */
import type Stripe from 'stripe';
import type { Money } from '#contracts/money.ts';
import {
  type CaptureResult,
  ProviderFault,
  type RefundResult,
  type VoidResult,
} from '../../domain/provider-results.ts';
import type { PaymentProvider, ProviderCall } from '../../usecases/provider.ts';
import { toStripeAmount } from './amounts.ts';
import { answered, answeredOr } from './call.ts';
import { reasonOf } from './errors.ts';
import { endOf, moneyOf, refundOf, releasedBy } from './state.ts';

export interface Api {
  readonly stripe: Stripe;
  readonly takesCodes: boolean;
  readonly capturesInParts: boolean;
}

export const expand = ['latest_charge'];

export const retrieve = ({ stripe }: Api, reference: string, signal: AbortSignal): Promise<Stripe.PaymentIntent> =>
  answered(signal, () => stripe.paymentIntents.retrieve(reference, { expand }));

export const capture = async (
  { stripe }: Api,
  {
    reference,
    amount: { amount, currency },
    isFinal = true,
    capturedBefore = 0,
  }: Parameters<PaymentProvider['capture']>[0],
  { key, signal }: ProviderCall,
): Promise<CaptureResult> =>
  answeredOr(
    signal,
    async () => {
      const amount_to_capture = toStripeAmount(amount, currency);
      const intent = await stripe.paymentIntents.capture(
        reference,
        { amount_to_capture, ...(!isFinal && { final_capture: false }) },
        { idempotencyKey: key },
      );
      const total = moneyOf(intent.amount_received, intent.currency);
      // More than this call took was taken by hand: that is seen by itself.
      const taken = Math.min(total.amount - capturedBefore, amount);
      return {
        ...{ kind: 'captured', amount: { ...total, amount: taken } },
        held: moneyOf(intent.amount_capturable, intent.currency),
      };
    },
    (error) => ({ kind: 'captureRefused', reason: reasonOf(error) }),
  );

export const cancel = async (
  api: Api,
  { reference }: { readonly reference: string },
  { key, signal }: ProviderCall,
): Promise<VoidResult> => {
  const end = await answeredOr(
    signal,
    () => api.stripe.paymentIntents.cancel(reference, { expand }, { idempotencyKey: key }),
    (error) => ({ refusal: error }),
  );
  if (!('refusal' in end)) return { kind: 'voided', released: releasedBy(end) };
  const reason = reasonOf(end.refusal);
  const intent = end.refusal.payment_intent ?? (await retrieve(api, reference, signal));
  if (intent.status === 'canceled')
    return { kind: 'voided', released: null, ...(endOf(intent) === 'EXPIRED' && { hasExpired: true }) };
  // What a part has left of the hold has ended before.
  if (intent.status === 'succeeded' && intent.amount_received < intent.amount)
    return { kind: 'voided', released: moneyOf(intent.amount - intent.amount_received, intent.currency) };
  if (intent.status === 'requires_capture' && intent.amount_received > 0)
    return releaseRest(api, intent, { key, signal });
  return { kind: 'voidRefused', reason, held: moneyOf(intent.amount, intent.currency) };
};

/** What earlier captures have left of a hold is released by a last capture of nothing. */
const releaseRest = (
  { stripe }: Api,
  { id, amount_capturable, currency }: Stripe.PaymentIntent,
  { key, signal }: ProviderCall,
): Promise<VoidResult> =>
  answeredOr(
    signal,
    async () => {
      await stripe.paymentIntents.capture(
        id,
        { amount_to_capture: 0, final_capture: true },
        { idempotencyKey: `${key}-rest` },
      );
      return { kind: 'voided', released: moneyOf(amount_capturable, currency) } as const;
    },
    (error) => ({ kind: 'voidRefused', reason: reasonOf(error), held: moneyOf(amount_capturable, currency) }),
  );

export const refund = (
  { stripe }: Api,
  { reference, amount: { amount, currency } }: { readonly reference: string; readonly amount: Money },
  { key, signal }: ProviderCall,
): Promise<RefundResult> =>
  answeredOr(
    signal,
    async (): Promise<RefundResult> => {
      const created = await stripe.refunds.create(
        { payment_intent: reference, amount: toStripeAmount(amount, currency), metadata: { operation: key } },
        { idempotencyKey: key },
      );
      // The answer that is kept under the key may be long out of date.
      const now = created.status === 'pending' ? await stripe.refunds.retrieve(created.id) : created;
      const { state } = refundOf(now);
      if (state === 'PENDING') throw new ProviderFault('the refund is pending', { next: 'sameKey' });
      if (state === 'FAILED') return { kind: 'refundRefused', reason: now.failure_reason ?? 'It failed.' };
      return { kind: 'refunded', amount: moneyOf(now.amount, now.currency) };
    },
    (error) => ({ kind: 'refundRefused', reason: reasonOf(error) }),
  );
