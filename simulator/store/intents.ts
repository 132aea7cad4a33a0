/** PaymentIntents and what happens to their money. */
import { randomUUID } from 'node:crypto';
import { behaviourOf, type Decline, genericDecline } from '../domain/tokens.ts';
import type { Queryable, Transaction } from './database.ts';
import { queueEvent } from './events.ts';
import { intentObject } from './objects.ts';
import type { Intent } from './rows.ts';

export type EffectKind =
  | 'AUTHORIZATION'
  | 'VOID'
  | 'EXPIRY'
  | 'CAPTURE'
  | 'REFUND'
  | 'REFUND_REVERSAL'
  | 'DISPUTE'
  | 'DISPUTE_REVERSAL';

/** As Stripe's: a prefix and 24 characters. */
export const newObjectId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 24)}`;

/** One movement of (simulated) money. */
export const recordEffect = async (tx: Transaction, reference: string, kind: EffectKind, amount: number, now: Date) => {
  await tx.query('INSERT INTO effect (reference, kind, amount, at) VALUES ($1, $2, $3, $4)', [
    ...[reference, kind, amount, now],
  ]);
};

export const insertIntent = async (tx: Transaction, intent: Omit<Intent, 'position'>): Promise<Intent> => {
  const columns = Object.keys(intent);
  const { rows } = await tx.query<Intent>(
    `INSERT INTO payment_intent (${columns.join(', ')}) VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')})
     RETURNING *`,
    Object.values(intent),
  );
  return rows[0] as Intent;
};

type Changes = Partial<
  Omit<Intent, 'id' | 'position' | 'created_at' | 'amount' | 'currency' | 'given_back' | 'is_disputed'>
>;

export const updateIntent = async (tx: Transaction, intent: Intent, changes: Changes): Promise<Intent> => {
  const columns = Object.keys(changes);
  await tx.query(
    `UPDATE payment_intent SET ${columns.map((name, at) => `${name} = $${at + 2}`).join(', ')} WHERE id = $1`,
    [intent.id, ...Object.values(changes)],
  );
  return { ...intent, ...changes };
};

/** All of a PaymentIntent `i`. */
export const intentColumns = `
  i.*,
  (SELECT coalesce(sum(amount), 0)::int FROM refund r
    WHERE r.payment_intent = i.id AND r.status IN ('pending', 'succeeded')) AS given_back,
  EXISTS (SELECT FROM dispute d WHERE d.payment_intent = i.id) AS is_disputed`;

/** Without a lock, as it was last written. */
export const findIntent = async (db: Queryable, id: string): Promise<Intent | undefined> =>
  (await db.query<Intent>(`SELECT ${intentColumns} FROM payment_intent i WHERE id = $1`, [id])).rows[0];

/** Locks it in its current state: what was due has happened. */
export const lockIntent = async (tx: Transaction, id: string, now: Date): Promise<Intent | undefined> => {
  // Refunds and disputes are written under this lock: a statement of its own sees what its last holder has committed.
  await tx.query('SELECT FROM payment_intent WHERE id = $1 FOR UPDATE', [id]);
  const rows = [await findIntent(tx, id)];
  return rows[0] && happenDue(tx, rows[0], now);
};

const isDue = (at: Date | null, now: Date): boolean => at !== null && at <= now;

const happenDue = async (tx: Transaction, intent: Intent, now: Date): Promise<Intent> => {
  if (intent.status === 'processing' && isDue(intent.settles_at, now)) {
    const held = await hold(tx, intent, now);
    await intentChanged(tx, held, now);
    return held;
  }
  if (intent.status === 'requires_capture' && isDue(intent.expires_at, now)) return expire(tx, intent, now);
  return intent;
};

/** The bank says yes: the amount is held. */
export const hold = async (tx: Transaction, intent: Intent, now: Date): Promise<Intent> => {
  await recordEffect(tx, intent.id, 'AUTHORIZATION', intent.amount, now);
  const expires_at = new Date(now.getTime() + (behaviourOf(intent.token)?.holdExpires ? settlesAfterMs : holdsForMs));
  return updateIntent(tx, intent, {
    ...{ status: 'requires_capture', amount_capturable: intent.amount, last_payment_error: null, expires_at },
  });
};

/** The bank says no. */
export const decline = (tx: Transaction, intent: Intent, last_payment_error: Decline): Promise<Intent> =>
  updateIntent(tx, intent, { status: 'requires_payment_method', last_payment_error, payment_method: null });

/** The customer has come to the end of the extra step. */
export const authenticate = async (tx: Transaction, intent: Intent, isPassed: boolean, now: Date): Promise<Intent> => {
  if (intent.status !== 'requires_action') return intent;
  const message = 'The authentication failed.';
  const next = isPassed
    ? await hold(tx, intent, now)
    : await decline(tx, intent, { ...genericDecline, code: 'payment_intent_authentication_failure', message });
  await intentChanged(tx, next, now);
  return next;
};

/** The hold ends by itself; what was captured stays. */
export const expire = async (tx: Transaction, intent: Intent, now: Date): Promise<Intent> => {
  if (intent.status !== 'requires_capture') return intent;
  await recordEffect(tx, intent.id, 'EXPIRY', intent.amount_capturable, now);
  const ended = intent.amount_received > 0 ? 'succeeded' : 'canceled';
  const next = await updateIntent(tx, intent, {
    ...{ status: ended, amount_capturable: 0 },
    ...(ended === 'canceled' && { cancellation_reason: 'automatic', canceled_at: now }),
  });
  await intentChanged(tx, next, now);
  return next;
};

// 50 ms: long enough for "processing" to be observable, short enough for a test to wait for the outcome.
export const settlesAfterMs = 50;
// 7 days: what card networks hold money for, and Stripe's rule.
const holdsForMs = 7 * 24 * 60 * 60 * 1_000;

const eventTypes: Readonly<Record<Intent['status'], string>> = {
  requires_payment_method: 'payment_intent.payment_failed',
  requires_action: 'payment_intent.requires_action',
  processing: 'payment_intent.processing',
  requires_capture: 'payment_intent.amount_capturable_updated',
  succeeded: 'payment_intent.succeeded',
  canceled: 'payment_intent.canceled',
};

export const intentChanged = (tx: Transaction, intent: Intent, now: Date): Promise<void> =>
  queueEvent(tx, eventTypes[intent.status], intentObject(intent), {
    now,
    copies: behaviourOf(intent.token)?.webhookCopies ?? 1,
  });
