/**
 * What a provider can answer. Every result is final for its call: the outcome is known. An error or a time-out is not a
 * result: the outcome is unknown, and the same call is made again with the same key.
 */
import type { declineReasons } from '#contracts/messages/payment.ts';
import type { Money } from '#contracts/money.ts';

export type DeclineReason = (typeof declineReasons)[number];

export type AuthorizationResult =
  | { readonly kind: 'approved'; readonly reference: string; readonly held: Money }
  | {
      readonly kind: 'declined';
      readonly reference: string | null;
      readonly reason: DeclineReason;
      readonly message: string;
    }
  | { readonly kind: 'actionRequired'; readonly reference: string; readonly actionUrl: string | null }
  /** Accepted; the outcome comes later, by webhook or by lookup. */
  | { readonly kind: 'processing'; readonly reference: string };

export type CaptureResult =
  | { readonly kind: 'captured'; readonly amount: Money }
  | { readonly kind: 'captureRefused'; readonly reason: string };

export type VoidResult =
  /** `released`: what was held until now; null when nothing was (an extra step was never completed). */
  | { readonly kind: 'voided'; readonly released: Money | null }
  /** Only an existing hold can be refused: `held` is how much. */
  | { readonly kind: 'voidRefused'; readonly reason: string; readonly held: Money };

export type RefundResult =
  | { readonly kind: 'refunded'; readonly amount: Money }
  | { readonly kind: 'refundRefused'; readonly reason: string };

export type ProviderResult = AuthorizationResult | CaptureResult | VoidResult | RefundResult;
