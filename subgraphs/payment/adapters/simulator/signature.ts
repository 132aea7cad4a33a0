/** Signed webhooks in Stripe's scheme: `t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AttemptId } from '#contracts/ids.ts';
import type { WebhookReader } from '../../usecases/ports.ts';

export const signatureHeader = 'simulator-signature';

// 5 min: what Stripe allows for clock skew and queueing; anything older is a replay.
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

// 200 printable ASCII characters: ten times the length of real providers' ids, and storable as they are.
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
      // 200 characters: enough for the first faults.
      return { provider: 'simulator', body, unreadableBecause: z.prettifyError(parsed.error).slice(0, 200) };
    const event = parsed.data;
    const about = event.type === 'payment.updated' ? PaymentUpdated.safeParse(event.data) : undefined;
    return {
      ...{ provider: 'simulator', id: event.id, type: event.type, account: null, livemode: false, isForeign: false },
      about: about?.data && { attemptId: about.data.attempt },
    };
  },
});

/** Undefined for what is not JSON. */
const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};
