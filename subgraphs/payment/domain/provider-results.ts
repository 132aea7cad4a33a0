/**
 * What a provider can answer. Every result is final for its call: the outcome is known. An error or a time-out is not a
 * result: the outcome is unknown, and the same call is made again with the same key, or what came of it is looked up.
 */
import type { AttemptId, OrderId } from '#contracts/ids.ts';
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
  | {
      readonly kind: 'actionRequired';
      readonly reference: string;
      readonly actionUrl: string | null;
      readonly clientSecret?: string | null;
    }
  /** Accepted; the outcome comes later, by webhook or by lookup. */
  | { readonly kind: 'processing'; readonly reference: string }
  /** Nothing is held until staff record that the money has come (offline payment). */
  | { readonly kind: 'awaitingFunds'; readonly reference: string };

export type CaptureResult =
  /** `amount`: by this call alone. `held`: what is held still; nothing after a final capture. */
  | { readonly kind: 'captured'; readonly amount: Money; readonly held: Money }
  | { readonly kind: 'captureRefused'; readonly reason: string };

export type VoidResult =
  /**
   * `released`: what was held until now; null when nothing was: an extra step was never completed, or the hold had ended before, by
   * itself (`hasExpired`) or by hand.
   */
  | { readonly kind: 'voided'; readonly released: Money | null; readonly hasExpired?: boolean }
  /** Only an existing hold can be refused: `held` is how much. */
  | { readonly kind: 'voidRefused'; readonly reason: string; readonly held: Money };

export type RefundResult =
  | { readonly kind: 'refunded'; readonly amount: Money }
  | { readonly kind: 'refundRefused'; readonly reason: string };

export type ProviderResult = AuthorizationResult | CaptureResult | VoidResult | RefundResult;

/** Everything that a provider knows of a payment. */
export interface ProviderState {
  readonly reference: string;
  /** From our own metadata; null for one that is not ours. */
  readonly attemptId: AttemptId | null;
  readonly orderId: OrderId | null;
  readonly createdAt: Date;
  readonly amount: Money;
  readonly authorization: AuthorizationResult;
  /** Whether it is over: the hold ended by itself, or somebody has cancelled it. */
  readonly end: 'EXPIRED' | 'CANCELLED' | null;
  /** What is held now, and what was captured in all. */
  readonly held: Money;
  readonly captured: Money;
  readonly refunds: readonly ProviderRefund[];
  readonly disputes: readonly ProviderDispute[];
}

export interface ProviderRefund {
  readonly reference: string;
  /** The key of our call; null for one made by hand at the provider. */
  readonly operationKey: string | null;
  readonly amount: Money;
  readonly state: 'PENDING' | 'SUCCEEDED' | 'FAILED';
}

export interface ProviderDispute {
  readonly reference: string;
  readonly amount: Money;
  readonly state: 'OPEN' | 'WON' | 'LOST';
  /** In the provider's words. */
  readonly reason: string;
  readonly respondBy: Date | null;
}

/** What a provider's list says of a payment: enough to see whether the books agree, without asking for more. */
export interface ListedPayment
  extends Pick<ProviderState, 'reference' | 'attemptId' | 'createdAt' | 'held' | 'captured'> {
  /** Refunds that are done, or on their way. */
  readonly refunded: Money;
  /** Its bank has called money back, whatever came of it. */
  readonly isDisputed: boolean;
}

/** Thrown when the outcome of a call is unknown. */
export class ProviderFault extends Error {
  /** The same call with the same key; or, where that would only repeat this fault, a look at what the provider knows first. */
  readonly next: 'sameKey' | 'findFirst';
  readonly retryAfterMs: number | undefined;
  /** No retry will mend it: an operator must. */
  readonly alert: boolean;
  constructor(
    message: string,
    { next, retryAfterMs, alert = false }: { next: ProviderFault['next']; retryAfterMs?: number; alert?: boolean },
  ) {
    super(message);
    this.name = 'ProviderFault';
    this.next = next;
    this.retryAfterMs = retryAfterMs;
    this.alert = alert;
  }
}
