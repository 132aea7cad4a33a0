/** Idempotency keys (https://docs.stripe.com/api/idempotent_requests): kept with the effect, in one transaction. */
import type { Queryable, Transaction } from '../store/database.ts';
import { type Answer, StripeFault } from './fault.ts';

/** The first request with the key was lost on its way, or was turned away: the next one is the first that is handled. */
export const awaitingFirst = Symbol('awaiting first');

/** Until the transaction ends; 409 when another request with the key is being handled. */
export const lockKey = async (tx: Transaction, key: string): Promise<void> => {
  const { rows } = await tx.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked',
    [key],
  );
  if (rows[0]?.locked) return;
  const message = 'There is currently another in-progress request using this Idempotency-Key.';
  throw new StripeFault(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message });
};

// 24 h, as at Stripe: after that the key is a new one.
const keepsKeysForMs = 24 * 60 * 60 * 1_000;

interface Row {
  readonly request: string;
  readonly status: number | null;
  readonly body: string | null;
}

export const keptAnswer = async (
  tx: Transaction,
  key: string,
  request: string,
  now: Date,
): Promise<Answer | typeof awaitingFirst | undefined> => {
  const { rows } = await tx.query<Row>(
    'SELECT request, status, body FROM idempotency_key WHERE key = $1 AND created_at > $2',
    [key, new Date(now.getTime() - keepsKeysForMs)],
  );
  const [row] = rows;
  if (!row) return undefined;
  if (row.request !== request)
    throw new StripeFault(400, {
      type: 'idempotency_error',
      message: 'Keys for idempotent requests can only be used with the same parameters they were first used with.',
    });
  return row.status === null ? awaitingFirst : { status: row.status, body: JSON.parse(row.body ?? '{}') as object };
};

/** In place of one that is too old. */
export const reserveKey = async (tx: Transaction, key: string, request: string, now: Date): Promise<void> => {
  await tx.query(
    `INSERT INTO idempotency_key (key, request, created_at) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET request = $2, created_at = $3, status = NULL, body = NULL`,
    [key, request, now],
  );
};

export const keepAnswer = async (tx: Transaction, key: string, { status, body }: Answer): Promise<void> => {
  await tx.query('UPDATE idempotency_key SET status = $2, body = $3 WHERE key = $1', [
    ...[key, status, JSON.stringify(body)],
  ]);
};

// 1,000 at a time: a round takes milliseconds, and the next one takes the rest.
const forgottenAtOnce = 1_000;

export const forgetOldKeys = async (db: Queryable, now: Date): Promise<void> => {
  await db.query(
    'DELETE FROM idempotency_key WHERE key IN (SELECT key FROM idempotency_key WHERE created_at <= $1 LIMIT $2)',
    [new Date(now.getTime() - keepsKeysForMs), forgottenAtOnce],
  );
};
