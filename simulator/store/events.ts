/** Webhooks: rows until they are accepted, so that no crash loses one. */
import { createHmac, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { directFetch } from '#platform/http/direct-fetch.ts';
import { type Chance, delayMsOf } from '../domain/faults.ts';
import type { Transaction } from './database.ts';

/** Of the events' objects: the version that this program was written from. */
const apiVersion = '2026-10-28.endive';

/** Stored with the change that it tells of. */
export const queueEvent = async (
  tx: Transaction,
  type: string,
  object: object,
  { now, copies = 1 }: { readonly now: Date; readonly copies?: number },
): Promise<void> => {
  const id = `evt_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
  const body = JSON.stringify({
    ...{ id, object: 'event', api_version: apiVersion, created: Math.floor(now.getTime() / 1_000), livemode: false },
    ...{ pending_webhooks: 1, request: { id: null, idempotency_key: null }, type, data: { object } },
  });
  // By the real clock: delivery is not about the tests' time.
  await tx.query(
    `INSERT INTO webhook (event, copy, body, due_at)
     SELECT $1, copy, $2, clock_timestamp() FROM generate_series(1, $3::int) copy`,
    [id, body, copies],
  );
};

/** `t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">` (https://docs.stripe.com/webhooks/signature). */
export const signatureOf = (secret: string, body: string, now: Date): string => {
  const seconds = Math.floor(now.getTime() / 1_000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
};

export interface Delivery {
  readonly pool: pg.Pool;
  /** Where to send them, and what signs them. */
  readonly webhook: { readonly url: string; readonly secret: string };
  readonly chance: Chance;
}

// 20 per round: more than fall due in a quarter of a second on a developer's machine.
const batch = 20;
// 5 s: the receiver stores the event before it answers.
const deliveryTimeoutMs = 5_000;
// 100 tries up to a minute apart: survives an outage of the receiver of more than an hour and a half.
const maxTries = 100;

interface Due {
  readonly event: string;
  readonly copy: number;
  readonly body: string;
  readonly tries: number;
}

/** Sends what is due; retries with back-off until it gets a 2xx. Safe to run in many processes. */
export const deliverWebhooks =
  ({ pool, webhook, chance }: Delivery) =>
  async (): Promise<void> => {
    const { rows } = await pool.query<Due>(
      `UPDATE webhook
          SET tries = tries + 1, due_at = clock_timestamp() + least(60, power(2, least(tries, 6))) * interval '1 second'
        WHERE (event, copy) IN (SELECT event, copy FROM webhook
                                 WHERE delivered_at IS NULL AND due_at <= clock_timestamp() AND tries < $1
                                 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING event, copy, body, tries`,
      [maxTries, batch],
    );
    const first = rows.filter(({ tries, copy }) => tries === 1 && copy === 1);
    const postponed = new Set<string>();
    for (const { event, body } of first) {
      const subject = subjectOf(body);
      const delayMs = delayMsOf(chance, subject);
      if (delayMs > 0) {
        postponed.add(event);
        await pool.query(
          `UPDATE webhook SET due_at = clock_timestamp() + $2 * interval '1 ms' WHERE event = $1 AND delivered_at IS NULL`,
          [event, delayMs],
        );
      }
      if (chance('duplicate', subject))
        await pool.query(
          `INSERT INTO webhook (event, copy, body, due_at)
           SELECT event, 2, body, due_at FROM webhook WHERE event = $1 AND copy = 1 ON CONFLICT DO NOTHING`,
          [event],
        );
    }
    const { url, secret } = webhook;
    await Promise.all(
      rows.map(async ({ event, copy, body }) => {
        if (postponed.has(event)) return;
        if (await isAccepted({ url, body, signature: signatureOf(secret, body, new Date()) }))
          await pool.query('UPDATE webhook SET delivered_at = clock_timestamp() WHERE event = $1 AND copy = $2', [
            ...[event, copy],
          ]);
      }),
    );
  };

/** By the shop's own names, since ids of ours are new in each run: the operation that it follows from. */
const subjectOf = (body: string): string => {
  const { type, data } = JSON.parse(body) as Sent;
  const { id, metadata = {} } = data.object;
  return `${type} ${metadata.operation ?? metadata.attempt ?? id}`;
};

interface Sent {
  readonly type: string;
  readonly data: {
    readonly object: {
      readonly id: string;
      readonly metadata?: { readonly operation?: string; readonly attempt?: string };
    };
  };
}

const isAccepted = async ({ url, body, signature }: { url: string; body: string; signature: string }) => {
  try {
    const response = await directFetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      body,
      signal: AbortSignal.timeout(deliveryTimeoutMs),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // unreachable or too slow: retried like a refusal
  }
};
