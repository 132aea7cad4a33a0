/** Stripe's signed webhooks; those of the simulator are the same. */
import Stripe from 'stripe';
import { z } from 'zod';
import type { ProviderEvent, WebhookReader } from '../../usecases/provider.ts';
import { attemptOf } from './state.ts';

export interface WebhookReaderOptions {
  readonly provider: string;
  readonly secret: string;
  /** Of our key: events of the other mode are a stranger's. */
  readonly livemode: boolean;
}

// 5 min: Stripe's own tolerance for clock skew and queueing; anything older is a replay.
const toleranceSeconds = 300;

// 200 printable ASCII characters: ten times the length of Stripe's ids, and storable as they are.
const eventId = /^[\x21-\x7e]{1,200}$/;

const text = z.string().max(200);

/** What is read of an event. Unknown fields and types are Stripe's to add at any time. */
const Event = z.object({
  id: z.string().regex(eventId),
  type: text,
  account: text.nullish(),
  livemode: z.boolean(),
  data: z.object({
    object: z.object({
      object: text,
      id: text.optional(),
      payment_intent: z.union([text, z.object({ id: text })]).nullish(),
      metadata: z.record(z.string(), z.string()).nullish(),
    }),
  }),
});

// The SDK's verification is all that is used of it: no request is ever made with this.
const { webhooks } = Stripe;

export const stripeWebhooks = ({ provider, secret, livemode }: WebhookReaderOptions): WebhookReader => ({
  provider,
  signatureHeader: 'stripe-signature',
  read: (body, signature, now) => {
    if (signature === undefined || !isGenuine(body, signature, secret, now)) return undefined;
    const parsed = Event.safeParse(jsonOf(body));
    if (!parsed.success)
      // 200 characters: enough for the first faults.
      return { provider, body, unreadableBecause: z.prettifyError(parsed.error).slice(0, 200) };
    const { id, type, account = null, livemode: isLive, data } = parsed.data;
    return {
      ...{ provider, id, type, account, livemode: isLive },
      // Events of connected accounts name the account; ours are of the key's own.
      isForeign: account !== null || isLive !== livemode,
      about: aboutOf(data.object),
    };
  },
});

const isGenuine = (body: Buffer, signature: string, secret: string, now: Date): boolean => {
  // Neither has the SDK a bound for times ahead of ours.
  const [, seconds] = /(?:^|,)t=(\d{1,12})(?:,|$)/.exec(signature) ?? [];
  if (seconds === undefined || Number(seconds) - now.getTime() / 1_000 > toleranceSeconds) return false;
  try {
    webhooks.signature?.verifyHeader(body, signature, secret, toleranceSeconds, undefined, now.getTime());
    return webhooks.signature !== null;
  } catch {
    return false;
  }
};

const aboutOf = (object: z.output<typeof Event>['data']['object']): ProviderEvent['about'] => {
  const attemptId = attemptOf({ metadata: object.metadata ?? null });
  if (object.object === 'payment_intent')
    return { ...(attemptId && { attemptId }), ...(object.id !== undefined && { reference: object.id }) };
  // A charge, a refund, a dispute.
  const intent = object.payment_intent;
  const reference = typeof intent === 'string' ? intent : intent?.id;
  return reference === undefined ? undefined : { reference };
};

/** Undefined for what is not JSON. */
const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};
