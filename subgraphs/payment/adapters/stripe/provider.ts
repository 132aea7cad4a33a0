/**
 * Stripe, through its SDK: PaymentIntents with manual capture, cards only. The simulator speaks the same, so this is also
 * what talks to it.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Stripe from 'stripe';
import {
  type AuthorizationResult,
  type ListedPayment,
  ProviderFault,
  type ProviderState,
} from '../../domain/provider-results.ts';
import type { PaymentProvider, ProviderCall } from '../../usecases/provider.ts';
import { toStripeAmount } from './amounts.ts';
import { answered, answeredOr } from './call.ts';
import { declinedBy, refusedRequest } from './errors.ts';
import { intentsOf, listed, type Window, wholeState } from './lists.ts';
import { stripeMethods } from './methods.ts';
import { type Api, cancel, capture, refund, retrieve } from './settlement.ts';
import { attemptOf, authorizationOf } from './state.ts';

/** The version of Stripe's API that this was written for: that of the SDK's types. */
export const apiVersion = '2026-10-28.endive' satisfies Stripe.StripeConfig['apiVersion'];

export interface StripeOptions {
  readonly name: string;
  readonly secretKey: string;
  /** Of the API; Stripe's own by default. */
  readonly url?: string;
  readonly timeoutMs: number;
  /** The simulator's way for a code of a customer: Stripe's customers take the extra step on its page or in its SDK. */
  readonly takesCodes?: boolean;
  /** The account may capture a hold in parts: Stripe has it for some contracts only, and refuses to be asked for it by others. */
  readonly capturesInParts?: boolean;
}

export interface StripeProvider extends PaymentProvider {
  /** For how long the same key surely means the same call: Stripe keeps keys for 24 h. */
  readonly keepsKeysForMs: number;
  authorize(request: AuthorizeRequest, call: ProviderCall): Promise<AuthorizationResult>;
  confirm(
    request: { readonly reference: string; readonly code: string | null },
    call: ProviderCall,
  ): Promise<AuthorizationResult>;
  state(request: { readonly reference: string }, signal: AbortSignal): Promise<ProviderState>;
  find(
    request: { readonly attemptId: string; readonly since: Date; readonly until: Date },
    signal: AbortSignal,
  ): Promise<ProviderState | undefined>;
  list(window: Window, signal: AbortSignal): AsyncIterable<ListedPayment>;
  close(): void;
}

type AuthorizeRequest = Parameters<PaymentProvider['authorize']>[0];

// 23 h of Stripe's 24: the call itself, and clocks.
const keepsKeysForMs = 23 * 60 * 60 * 1_000;

export const stripeProvider = (options: StripeOptions): StripeProvider => {
  const { stripe, close } = clientOf(options);
  const { capturesInParts = false, takesCodes = false } = options;
  const api = { stripe, takesCodes, capturesInParts };
  return {
    ...{ name: options.name, capturesInParts },
    keepsKeysForMs,
    authorize: (request, call) => authorize(api, request, call),
    confirm: (request, call) => confirm(api, request, call),
    capture: (request, call) => capture(api, request, call),
    void: (request, call) => cancel(api, request, call),
    refund: (request, call) => refund(api, request, call),
    ...stripeMethods(stripe),
    lookup: async ({ reference }, signal) => {
      const intent = await retrieve(api, reference, signal);
      const result = authorizationOf(intent);
      return intent.status === 'requires_payment_method' ? concluded(api, result, { key: reference, signal }) : result;
    },
    state: async ({ reference }, signal) => wholeState(api, await retrieve(api, reference, signal), signal),
    find: async ({ attemptId, since, until }, signal) => {
      for await (const intent of intentsOf(api, { since, until }, signal))
        if (attemptOf(intent) === attemptId) return wholeState(api, intent, signal);
      return undefined;
    },
    list: (window, signal) => listed(api, window, signal),
    close,
  };
};

// 50: the operations of a burst at once; more would wait for each other at the provider's rate limit.
const maxSockets = 50;

const clientOf = ({ secretKey, url = 'https://api.stripe.com', timeoutMs }: StripeOptions) => {
  const { protocol, hostname, port } = new URL(url);
  const isPlain = protocol === 'http:';
  const httpAgent = isPlain
    ? new HttpAgent({ keepAlive: true, maxSockets })
    : new HttpsAgent({ keepAlive: true, maxSockets });
  const stripe = new Stripe(secretKey, {
    ...{ apiVersion, httpAgent, timeout: timeoutMs, telemetry: false },
    ...{ protocol: isPlain ? 'http' : 'https', host: hostname, port: port || (isPlain ? 80 : 443) },
    // Ours are the operations, which survive a crash.
    maxNetworkRetries: 0,
  });
  return { stripe, close: () => httpAgent.destroy() };
};

const authorize = async (
  api: Api,
  request: AuthorizeRequest,
  { key, signal }: ProviderCall,
): Promise<AuthorizationResult> => {
  const { amount, currency } = request.amount;
  const result = await answeredOr(
    signal,
    () =>
      api.stripe.paymentIntents.create(
        {
          ...{ amount: toStripeAmount(amount, currency), currency: currency.toLowerCase() },
          ...{ capture_method: 'manual', confirm: true, payment_method_types: ['card'] },
          ...methodOf(request),
          ...(api.capturesInParts && { payment_method_options: { card: { request_multicapture: 'if_available' } } }),
          ...(request.method.returnUrl !== undefined && { return_url: request.method.returnUrl }),
          metadata: { attempt: request.attemptId, order: request.orderId, operation: key },
        },
        { idempotencyKey: key },
      ),
    (error): AuthorizationResult => {
      const { payment_intent: intent } = error;
      if (!intent)
        return {
          kind: 'declined',
          reference: null,
          ...(error.type === 'StripeCardError' ? declinedBy(error) : refusedRequest),
        };
      return { kind: 'declined', reference: intent.id, ...declinedBy(error) };
    },
  );
  return concluded(api, 'id' in result ? authorizationOf(result) : result, { key, signal });
};

/** A token that becomes a card, a method that the customer's browser has made, or one on file. */
const methodOf = ({ method }: AuthorizeRequest): Partial<Stripe.PaymentIntentCreateParams> => {
  if ('saved' in method) {
    const { reference, customerReference } = method.saved;
    return { payment_method: reference, ...(customerReference !== null && { customer: customerReference }) };
  }
  return method.token.startsWith('tok_')
    ? // The SDK's types have no `card` here, since cards should not pass through servers; a token of one may.
      ({ payment_method_data: { type: 'card', card: { token: method.token } } } as object)
    : { payment_method: method.token };
};

/**
 * A declined PaymentIntent waits for another card, and whoever has its client secret could pay it yet: it is canceled before
 * the decline counts.
 */
const concluded = async (
  { stripe }: Api,
  result: AuthorizationResult,
  { key, signal }: ProviderCall,
): Promise<AuthorizationResult> => {
  const { kind, reference } = result;
  if (kind !== 'declined' || reference === null) return result;
  const isStillOpen = await answeredOr(
    signal,
    async () => {
      await stripe.paymentIntents.cancel(reference, {}, { idempotencyKey: `${key}-close` });
      return false;
    },
    ({ payment_intent }) => payment_intent?.status !== 'canceled',
  );
  if (isStillOpen) throw new ProviderFault('a declined payment cannot be closed', { next: 'findFirst' });
  return result;
};

const confirm = async (
  api: Api,
  { reference, code }: { readonly reference: string; readonly code: string | null },
  call: ProviderCall,
): Promise<AuthorizationResult> => {
  if (api.takesCodes && code !== null) {
    const path = `/v1/test_helpers/payment_intents/${encodeURIComponent(reference)}/authenticate`;
    await answered(call.signal, () => api.stripe.rawRequest('POST', path, { code }, { idempotencyKey: call.key }));
  }
  return concluded(api, authorizationOf(await retrieve(api, reference, call.signal)), call);
};
