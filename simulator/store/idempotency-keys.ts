/** Idempotency keys as rows: the answer to each, for as long as it is kept. */
import type { Queryable, Transaction } from './database.ts';

// 24 h, as at Stripe: after that the key is a new one.
const keepsKeysForMs = 24 * 60 * 60 * 1_000;

export interface KeptKey {
  /** What makes two requests the same. */
  readonly request: string;
  /** Null until there is an answer. */
  readonly status: number | null;
  readonly body: string | null;
}

/** Whether no other transaction has it; until this one ends. */
export const tryLockKey = async (tx: Transaction, key: string): Promise<boolean> => {
  const { rows } = await tx.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked',
    [key],
  );
  return rows[0]?.locked === true;
};

export const keptKey = async (tx: Transaction, key: string, now: Date): Promise<KeptKey | undefined> => {
  const { rows } = await tx.query<KeptKey>(
    'SELECT request, status, body FROM idempotency_key WHERE key = $1 AND created_at > $2',
    [key, new Date(now.getTime() - keepsKeysForMs)],
  );
  return rows[0];
};

/** In place of one that is too old. */
export const reserveKey = async (tx: Transaction, key: string, request: string, now: Date): Promise<void> => {
  await tx.query(
    `INSERT INTO idempotency_key (key, request, created_at) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET request = $2, created_at = $3, status = NULL, body = NULL`,
    [key, request, now],
  );
};

export const keepAnswer = async (
  tx: Transaction,
  key: string,
  { status, body }: { readonly status: number; readonly body: object },
): Promise<void> => {
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
