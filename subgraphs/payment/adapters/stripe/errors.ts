/** Stripe's errors: what is an answer, and what leaves the outcome unknown (https://docs.stripe.com/error-low-level). */
import Stripe from 'stripe';
import { type DeclineReason, ProviderFault } from '../../domain/provider-results.ts';

type Refusal = InstanceType<typeof Stripe.errors.StripeError>;

// 10 min: a key that is wrong is mended by people, and each try is logged as an alert.
const longPauseMs = 10 * 60 * 1_000;

/**
 * The error, when it is a final answer to the call: a declined card, or a request that can never succeed. Throws everything
 * else as a ProviderFault, with its message only: Stripe's error objects hold the request, and with it the customer's token.
 */
export const refusalIn = (error: unknown): Refusal => {
  if (!(error instanceof Stripe.errors.StripeError)) throw faultOf(error);
  if (error instanceof Stripe.errors.StripeCardError) return error;
  const isAboutCall = error instanceof Stripe.errors.StripeInvalidRequestError;
  // 404 for a payment, a refund or a customer: we have its id from Stripe, so the key is another account's.
  if (isAboutCall && (!isMissing(error) || isAboutMethod(error)) && error.code !== 'lock_timeout') return error;
  throw faultOf(error);
};

export const faultOf = (error: unknown): ProviderFault => {
  if (error instanceof ProviderFault) return error;
  if (!(error instanceof Stripe.errors.StripeError))
    return new ProviderFault(error instanceof Error ? error.message : String(error), { next: 'sameKey' });
  const message = `${error.type}${error.code ? ` ${error.code}` : ''}: status ${error.statusCode ?? 'none'}`;
  const { statusCode = 0 } = error;
  if (statusCode === 401 || statusCode === 403)
    return new ProviderFault(message, { next: 'sameKey', retryAfterMs: longPauseMs, alert: true });
  if (statusCode === 429) return new ProviderFault(message, { next: 'sameKey', ...retryAfterOf(error) });
  // In progress under the same key.
  if (statusCode === 409 || error.code === 'lock_timeout') return new ProviderFault(message, { next: 'sameKey' });
  // Stripe keeps the answer under the key: the same call would get the same 500 again.
  if (statusCode >= 500) return new ProviderFault(message, { next: 'findFirst' });
  // The key was used with other parameters (a release in between), or what we refer to is not there.
  if (statusCode >= 400) return new ProviderFault(message, { next: 'findFirst', alert: true });
  return new ProviderFault(message, { next: 'sameKey' });
};

const retryAfterOf = ({ headers }: Refusal): { retryAfterMs?: number } => {
  const seconds = Number(headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {};
};

const isMissing = ({ code, statusCode }: Refusal): boolean => code === 'resource_missing' || statusCode === 404;

const isAboutMethod = ({ param = '' }: Refusal): boolean => /^(payment_method|card|confirmation_token)/.test(param);

/** By Stripe's error code or decline code (https://docs.stripe.com/declines/codes). */
const reasons: Readonly<Record<string, DeclineReason>> = {
  ...{ insufficient_funds: 'INSUFFICIENT_FUNDS', withdrawal_count_limit_exceeded: 'INSUFFICIENT_FUNDS' },
  ...{ card_velocity_exceeded: 'INSUFFICIENT_FUNDS', expired_card: 'EXPIRED_CARD' },
  ...{ invalid_expiry_year: 'EXPIRED_CARD', invalid_expiry_month: 'EXPIRED_CARD' },
  ...{ incorrect_number: 'INVALID_METHOD', invalid_number: 'INVALID_METHOD', invalid_account: 'INVALID_METHOD' },
  ...{ card_not_supported: 'INVALID_METHOD', currency_not_supported: 'INVALID_METHOD' },
};

export interface Declined {
  readonly reason: DeclineReason;
  readonly message: string;
}

/** Of a card error, or of a PaymentIntent's `last_payment_error`; Stripe's messages for cards are written for customers. */
export const declinedBy = (error: {
  readonly code?: string | null;
  readonly decline_code?: string | null;
  readonly message?: string | null;
}): Declined => ({
  reason: reasons[error.decline_code ?? ''] ?? reasons[error.code ?? ''] ?? 'CARD_DECLINED',
  message: error.message || 'The payment was declined.',
});

/** A refused request: not Stripe's own message, which quotes what it was sent. */
export const refusedRequest: Declined = { reason: 'INVALID_METHOD', message: 'The payment method cannot be used.' };

/** The same for a capture or a refund, where no customer's token is part of the request. */
export const reasonOf = ({ message }: Refusal): string => message;
