/** What happens by itself: payments settle, holds expire, refunds succeed or fail after all. */
import type pg from 'pg';
import { inTransaction } from './database.ts';
import { forgetOldKeys } from './idempotency-keys.ts';
import { lockIntent } from './intents.ts';
import { settleDueRefunds } from './refunds.ts';

// 20 per round, as webhooks.
const batch = 20;

export const happenAllDue = (pool: pg.Pool, clock: (time: Date) => Date) => async (): Promise<void> => {
  const { rows } = await pool.query<{ id: string }>(
    `(SELECT id FROM payment_intent WHERE status = 'processing' AND settles_at <= $1 LIMIT $2)
     UNION ALL (SELECT id FROM payment_intent WHERE status = 'requires_capture' AND expires_at <= $1 LIMIT $2)`,
    [clock(await timeOf(pool)), batch],
  );
  for (const { id } of rows) await inTransaction(pool, clock, (tx, now) => lockIntent(tx, id, now));
  await inTransaction(pool, clock, (tx, now) => settleDueRefunds(tx, null, now));
};

export const forgetKeys = (pool: pg.Pool, clock: (time: Date) => Date) => async (): Promise<void> =>
  forgetOldKeys(pool, clock(await timeOf(pool)));

const timeOf = async (pool: pg.Pool): Promise<Date> =>
  (await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now')).rows[0]?.now ?? new Date();
