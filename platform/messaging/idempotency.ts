/**
 * A retry gets the first response again. The key is stored in the transaction of the effect, so neither exists without the
 * other (after rocket-rides-atomic and Stripe's idempotency keys).
 */
import { createHash } from 'node:crypto';
import { refuseCardNumber } from '#contracts/card-number.ts';
import type { Idempotency, IdempotentRequest } from '#contracts/idempotency.ts';
import {
  CallerFault,
  type Failure,
  fail,
  type IdempotencyConflict,
  idempotencyConflict,
  type Result,
} from '#contracts/result.ts';
import type { Sql } from '../database/transaction.ts';
import { RetryableError } from '../resilience/retryable-error.ts';

/** JSON with sorted keys: the order of fields does not make it another input. */
const canonical = (input: unknown): string =>
  JSON.stringify({ input }, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

// 100: room for two UUIDs and a prefix; printable, because it appears in logs and support tickets.
const acceptableKey = /^[\x20-\x7e]{1,100}$/;

const fingerprintOf = (input: unknown): string => createHash('sha256').update(canonical(input)).digest('base64url');

export const idempotency = (tx: Sql): Idempotency => ({
  async once<T, F extends Failure>(
    { actor, operation, key, input }: IdempotentRequest,
    work: () => Promise<Result<T, F>>,
  ) {
    if (key === undefined) return await work();
    if (!acceptableKey.test(key))
      throw new CallerFault('BAD_USER_INPUT', 'An idempotency key has 1 to 100 printable ASCII characters.');
    refuseCardNumber(key, 'The idempotency key');
    const fingerprint = fingerprintOf(input);
    const inserted = await tx.$executeRawUnsafe(
      `INSERT INTO idempotency_key (actor, operation, key, fingerprint) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      ...[actor, operation, key, fingerprint],
    );
    if (inserted === 0) return await firstResponse<T>(tx, { actor, operation, key }, fingerprint);
    const result = await work();
    if (result.ok)
      await tx.$executeRawUnsafe(
        `UPDATE idempotency_key SET result = $4::jsonb WHERE actor = $1 AND operation = $2 AND key = $3`,
        ...[actor, operation, key, JSON.stringify(result)],
      );
    else
      await tx.$executeRawUnsafe(
        `DELETE FROM idempotency_key WHERE actor = $1 AND operation = $2 AND key = $3`,
        ...[actor, operation, key],
      );
    return result;
  },
});

// 30 days: nobody retries a request that long, the auditor has met each key in many rounds, and an actor may be the address
// of somebody who is no customer.
const keptFor = '30 days';
// 1,000 rows per statement: short enough to disturb nobody. 50 statements an hour are 1.2 million keys a day.
const batch = 1_000;
const maxBatches = 50;

/** Deletes keys that are too old to be retried. Returns the number of rows. */
export const forgetOldKeys = async (database: Sql): Promise<number> => {
  let total = 0;
  for (let round = 1; round <= maxBatches; round++) {
    const dropped = await database.$executeRawUnsafe(
      `DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM idempotency_key WHERE created_at < clock_timestamp() - interval '${keptFor}' LIMIT ${batch}))`,
    );
    total += dropped;
    if (dropped < batch) break;
  }
  return total;
};

const firstResponse = async <T>(
  tx: Sql,
  { actor, operation, key }: { actor: string; operation: string; key: string },
  fingerprint: string,
): Promise<Result<T, IdempotencyConflict>> => {
  const [row] = await tx.$queryRawUnsafe<{ fingerprint: string; result: Result<T, never> }[]>(
    `SELECT fingerprint, result FROM idempotency_key WHERE actor = $1 AND operation = $2 AND key = $3`,
    ...[actor, operation, key],
  );
  // The other request rolled back between our INSERT and this SELECT: the caller's retry will be the first.
  if (!row) throw new RetryableError('RESOURCE_BUSY');
  return row.fingerprint === fingerprint ? row.result : fail(idempotencyConflict);
};
