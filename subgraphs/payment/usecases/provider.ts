/** What moves the money, as the use cases see it: a provider's calls, and its webhooks. */
import type { AttemptId, UserId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';
import type { Attempt } from '../domain/payment.ts';
import type { PayWith, SavedMethodReference, SaveMethodResult } from '../domain/payment-method.ts';
import type {
  AuthorizationResult,
  CaptureResult,
  ListedPayment,
  ProviderState,
  RefundResult,
  VoidResult,
} from '../domain/provider-results.ts';

/** The same key means the same call, which the provider performs once. */
export interface ProviderCall {
  readonly key: string;
  readonly signal: AbortSignal;
}

/**
 * Moves the money. Every result is final; anything thrown means "unknown": the call is made again with its key, or, after
 * a `ProviderFault` that says so, once its outcome has been looked up. Modelled
 * on Stripe's PaymentIntents with manual capture: `authorize` creates and confirms one, `confirm` continues after an extra
 * step, `void` cancels it. adapters/provider*.suite.ts are what every provider must pass.
 */
export interface PaymentProvider {
  readonly name: string;
  /** Whether a capture may leave the rest held. */
  readonly capturesInParts: boolean;
  /** For how long the same key surely means the same call; after that, what came of it is found out by `state` or `find`. */
  readonly keepsKeysForMs: number;
  authorize(
    request: Attempt & { readonly amount: Money; readonly method: PayWith },
    call: ProviderCall,
  ): Promise<AuthorizationResult>;
  confirm(
    request: { readonly reference: string; readonly code: string },
    call: ProviderCall,
  ): Promise<AuthorizationResult>;
  /** A final one, as it is by default, lets go of the rest. `capturedBefore`: by earlier ones, in minor units; 0 by default. */
  capture(
    request: {
      readonly reference: string;
      readonly amount: Money;
      readonly isFinal?: boolean;
      readonly capturedBefore?: number;
    },
    call: ProviderCall,
  ): Promise<CaptureResult>;
  void(request: { readonly reference: string }, call: ProviderCall): Promise<VoidResult>;
  refund(request: { readonly reference: string; readonly amount: Money }, call: ProviderCall): Promise<RefundResult>;
  /** Keeps the method of this token for the customer, whom it knows by `customerReference` if it has kept one before. */
  saveMethod(
    request: { readonly customerId: UserId; readonly customerReference: string | null; readonly token: string },
    call: ProviderCall,
  ): Promise<SaveMethodResult>;
  /** Lets it go. One that is gone already is no error. */
  removeMethod(request: SavedMethodReference, call: ProviderCall): Promise<void>;
  /** Everything about the payment. Changes nothing. */
  state(request: { readonly reference: string }, signal: AbortSignal): Promise<ProviderState>;
  /** The same of the attempt that names itself in it and was begun in this time; undefined when there is none. */
  find(
    request: { readonly attemptId: AttemptId; readonly since: Date; readonly until: Date },
    signal: AbortSignal,
  ): Promise<ProviderState | undefined>;
  /**
   * What was begun, refunded or disputed in this time, each payment once. A provider whose book is in our own database has no list:
   * what is lost with ours is lost with it.
   */
  list?(window: { readonly since: Date; readonly until: Date }, signal: AbortSignal): AsyncIterable<ListedPayment>;
  /** The current state of the authorization. One that was declined is closed: nobody can pay it any more. */
  lookup(request: { readonly reference: string }, signal: AbortSignal): Promise<AuthorizationResult>;
}

/** A provider's webhook. Its content is not trusted: it is a reason to look the payment up. */
export interface ProviderEvent {
  readonly provider: string;
  /** Storable as it is: 1 to 200 printable ASCII characters. */
  readonly id: string;
  readonly type: string;
  /** The provider's account that it happened in, where the event names one: for Stripe, another account than the key's. */
  readonly account: string | null;
  readonly livemode: boolean;
  /** Of another account or mode than those of our key. */
  readonly isForeign: boolean;
  /** The payment that it is about: our own attempt from the metadata, or the provider's reference. */
  readonly about: { readonly attemptId?: AttemptId; readonly reference?: string } | undefined;
}

/** An event with the bytes that were signed. */
export interface SignedWebhook {
  readonly event: ProviderEvent;
  readonly body: Buffer;
}

/** Signed by the provider, but not in a format we understand. */
export interface UnreadableWebhook {
  readonly provider: string;
  readonly body: Buffer;
  readonly unreadableBecause: string;
}

export interface WebhookReader {
  readonly provider: string;
  readonly signatureHeader: string;
  /** Undefined when the signature is invalid or too old. */
  read(body: Buffer, signature: string | undefined, now: Date): ProviderEvent | UnreadableWebhook | undefined;
}
