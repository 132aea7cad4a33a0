/** The simulator's webhooks: rows in its own memory until somebody has taken them, so that no crash loses one. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { directFetch } from '#platform/http/direct-fetch.ts';
import type { Memory, Remembered } from './memory.ts';
import { sign, signatureHeader } from './signature.ts';

/** Says, at `dueAt`, that the payment has changed; `copies` times the same event. */
export const announce = async (memory: Memory, { reference, attempt }: Remembered, dueAt: Date, copies = 1) => {
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

// 20 a round: no more than that falls due in a quarter of a second on a developer's machine.
const batch = 20;
// 5 s for a receiver that has to look the payment up first.
const deliveryTimeoutMs = 5_000;
// 100 tries with up to a minute between them: more than an hour and a half without a receiver.
const maxTries = 100;

/** Sends what is due. Whatever does not get a 2xx comes again, later and later. Safe in many copies at once. */
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
        if (await isTaken({ url, body, signature: sign(secret, body, new Date()) }))
          await pool.query(
            'UPDATE simulator.webhook SET delivered_at = clock_timestamp() WHERE event = $1 AND copy = $2',
            [event, copy],
          );
      }),
    );
  };

const isTaken = async ({ url, body, signature }: { url: string; body: string; signature: string }) => {
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
    return false; // nobody there, or too slow: the same as a refusal, it comes again
  }
};
