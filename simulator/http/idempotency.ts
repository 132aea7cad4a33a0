/** Idempotency keys (https://docs.stripe.com/api/idempotent_requests): kept with the effect, in one transaction. */
import type { Transaction } from '../store/database.ts';
import { keptKey, tryLockKey } from '../store/idempotency-keys.ts';
import { type Answer, StripeFault } from './fault.ts';

/** The first request with the key was lost on its way, or was turned away: the next one is the first that is handled. */
export const awaitingFirst = Symbol('awaiting first');

/** Until the transaction ends; 409 when another request with the key is being handled. */
export const lockKey = async (tx: Transaction, key: string): Promise<void> => {
  if (await tryLockKey(tx, key)) return;
  const message = 'There is currently another in-progress request using this Idempotency-Key.';
  throw new StripeFault(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message });
};

export const keptAnswer = async (
  tx: Transaction,
  key: string,
  request: string,
  now: Date,
): Promise<Answer | typeof awaitingFirst | undefined> => {
  const kept = await keptKey(tx, key, now);
  if (!kept) return undefined;
  if (kept.request !== request)
    throw new StripeFault(400, {
      type: 'idempotency_error',
      message: 'Keys for idempotent requests can only be used with the same parameters they were first used with.',
    });
  return kept.status === null ? awaitingFirst : { status: kept.status, body: JSON.parse(kept.body ?? '{}') as object };
};
