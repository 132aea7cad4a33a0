/** Signed webhooks after Stripe's scheme: `t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AttemptId } from '#contracts/ids.ts';
import type { WebhookReader } from '../../usecases/ports.ts';

export const signatureHeader = 'simulator-signature';

// 5 min: what Stripe allows, for clocks that differ and requests that queue; an older one is a replay.
const toleranceSeconds = 300;

const digest = (secret: string, seconds: string, body: string | Buffer): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();

export const sign = (secret: string, body: string, now: Date): string => {
  const seconds = String(Math.floor(now.getTime() / 1000));
  return `t=${seconds},v1=${digest(secret, seconds, body).toString('hex')}`;
};

const isGenuine = (secret: string, body: Buffer, signature: string, now: Date): boolean => {
  const [, seconds, hex] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  if (seconds === undefined || hex === undefined) return false;
  const isFresh = Math.abs(now.getTime() / 1000 - Number(seconds)) <= toleranceSeconds;
  return timingSafeEqual(digest(secret, seconds, body), Buffer.from(hex, 'hex')) && isFresh;
};

// 200 printable ASCII characters: a provider's own ids are a tenth of that, and the database takes every one of them.
const eventId = /^[\x21-\x7e]{1,200}$/;
const Event = z.object({ id: z.string().regex(eventId), type: z.string(), data: z.record(z.string(), z.unknown()) });
const PaymentUpdated = z.object({ attempt: AttemptId });

export const webhookReader = (secret: string): WebhookReader => ({
  provider: 'simulator',
  signatureHeader,
  read: (body, signature, now) => {
    if (signature === undefined || !isGenuine(secret, body, signature, now)) return undefined;
    const parsed = Event.safeParse(jsonOf(body));
    if (!parsed.success)
      // 200 characters: the first things that are wrong with it.
      return { provider: 'simulator', body, unreadableBecause: z.prettifyError(parsed.error).slice(0, 200) };
    const event = parsed.data;
    const about = event.type === 'payment.updated' ? PaymentUpdated.safeParse(event.data) : undefined;
    return { provider: 'simulator', id: event.id, attemptId: about?.data?.attempt };
  },
});

/** Undefined for what is no JSON. */
const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};
