/** The simulator's webhooks: rows in its own memory until they are accepted, so that no crash loses one. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { directFetch } from '#platform/http/direct-fetch.ts';
import type { Memory, SimulatedPayment } from './memory.ts';
import { sign, signatureHeader } from './signature.ts';

/** Queues `copies` of an event for `dueAt`: the payment has changed. */
export const queueWebhook = async (
  memory: Memory,
  { reference, attempt }: SimulatedPayment,
  dueAt: Date,
  copies = 1,
) => {
  const event = `evt_${randomUUID().replaceAll('-', '')}`;
  const body = JSON.stringify({ id: event, type: 'payment.updated', data: { reference, attempt } });
  await memory.query(
    `INSERT INTO simulator.webhook (event, copy, body, due_at) SELECT $1, copy, $2, $3 FROM generate_series(1, $4) copy`,
    [event, body, dueAt, copies],
  );
};

export interface DeliveryOptions {
  readonly pool: pg.Pool;
  readonly secret: string;
  /** Where to send them. */
  readonly url: string;
}

// 20 per round: more than fall due in a quarter of a second on a developer's machine.
const batch = 20;
// 5 s: the receiver looks the payment up before it answers.
const deliveryTimeoutMs = 5_000;
// 100 tries up to a minute apart: survives an outage of the receiver of more than an hour and a half.
const maxTries = 100;

/** Sends what is due; retries with back-off until it gets a 2xx. Safe to run in many processes. */
export const deliverWebhooks =
  ({ pool, secret, url }: DeliveryOptions) =>
  async (): Promise<void> => {
    const { rows } = await pool.query<{ event: string; copy: number; body: string }>(
      `UPDATE simulator.webhook
          SET tries = tries + 1, due_at = clock_timestamp() + least(60, power(2, least(tries, 6))) * interval '1 second'
        WHERE (event, copy) IN (SELECT event, copy FROM simulator.webhook
                                 WHERE delivered_at IS NULL AND due_at <= clock_timestamp() AND tries < $1
                                 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING event, copy, body`,
      [maxTries, batch],
    );
    await Promise.all(
      rows.map(async ({ event, copy, body }) => {
        if (await isAccepted({ url, body, signature: sign(secret, body, new Date()) }))
          await pool.query(
            'UPDATE simulator.webhook SET delivered_at = clock_timestamp() WHERE event = $1 AND copy = $2',
            [event, copy],
          );
      }),
    );
  };

const isAccepted = async ({ url, body, signature }: { url: string; body: string; signature: string }) => {
  try {
    const response = await directFetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [signatureHeader]: signature },
      body,
      signal: AbortSignal.timeout(deliveryTimeoutMs),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // unreachable or too slow: retried like a refusal
  }
};
