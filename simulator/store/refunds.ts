/** Money that goes back: refunds, and disputes by the customer's bank. */
import { behaviourOf } from '../domain/tokens.ts';
import type { Queryable, Transaction } from './database.ts';
import { queueEvent } from './events.ts';
import { newObjectId, recordEffect, settlesAfterMs } from './intents.ts';
import { disputeObject, refundObject } from './objects.ts';
import type { Dispute, Intent, Refund } from './rows.ts';

const withCurrency = (table: 'refund' | 'dispute', where: string): string =>
  `SELECT r.*, i.currency FROM ${table} r JOIN payment_intent i ON i.id = r.payment_intent WHERE ${where}`;

export const refundById = async (db: Queryable, id: string): Promise<Refund | undefined> =>
  (await db.query<Refund>(withCurrency('refund', 'r.id = $1'), [id])).rows[0];
export const disputeById = async (db: Queryable, id: string): Promise<Dispute | undefined> =>
  (await db.query<Dispute>(withCurrency('dispute', 'r.id = $1'), [id])).rows[0];

/** What of a payment can still be refunded: neither refunded nor on its way, nor taken by a dispute that is not won. */
export const refundable = async (tx: Transaction, { id, amount_received }: Intent): Promise<number> => {
  const { rows } = await tx.query<{ gone: number }>(
    `SELECT (SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_intent = $1 AND status IN ('pending', 'succeeded'))
          + (SELECT coalesce(sum(amount), 0) FROM dispute WHERE payment_intent = $1 AND status <> 'won') AS gone`,
    [id],
  );
  return amount_received - Number(rows[0]?.gone ?? 0);
};

export const createRefund = async (
  tx: Transaction,
  intent: Intent,
  { amount, reason, metadata }: Pick<Refund, 'amount' | 'reason' | 'metadata'>,
  now: Date,
): Promise<Refund> => {
  const { refunds } = behaviourOf(intent.token) ?? {};
  const status = refunds === 'pend' ? 'pending' : 'succeeded';
  const settles_at = refunds ? new Date(now.getTime() + settlesAfterMs) : null;
  const { rows } = await tx.query<Refund>(
    `INSERT INTO refund (id, created_at, payment_intent, amount, status, reason, metadata, settles_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *`,
    [newObjectId('re'), now, intent.id, amount, status, reason, metadata, settles_at],
  );
  if (status === 'succeeded') await recordEffect(tx, intent.id, 'REFUND', amount, now);
  return { ...(rows[0] as Refund), currency: intent.currency };
};

/** A pending one succeeds, or one fails after all: then the money comes back to the shop. */
export const settleRefund = async (
  tx: Transaction,
  refund: Refund,
  status: 'succeeded' | 'failed',
  now: Date,
): Promise<Refund> => {
  if (refund.status === status || refund.status === 'failed' || refund.status === 'canceled') return refund;
  if (status === 'succeeded') await recordEffect(tx, refund.payment_intent, 'REFUND', refund.amount, now);
  else if (refund.status === 'succeeded')
    await recordEffect(tx, refund.payment_intent, 'REFUND_REVERSAL', refund.amount, now);
  const next = { ...refund, status, failure_reason: status === 'failed' ? 'expired_or_canceled_card' : null };
  await tx.query('UPDATE refund SET status = $2, failure_reason = $3, settles_at = NULL WHERE id = $1', [
    ...[next.id, next.status, next.failure_reason],
  ]);
  await queueEvent(tx, status === 'failed' ? 'refund.failed' : 'refund.updated', refundObject(next), { now });
  return next;
};

// 9 days: about what card networks leave to answer a dispute.
const answerWithinMs = 9 * 24 * 60 * 60 * 1_000;

export const openDispute = async (
  tx: Transaction,
  intent: Intent,
  { amount, reason }: Pick<Dispute, 'amount' | 'reason'>,
  now: Date,
): Promise<Dispute> => {
  const due_by = new Date(now.getTime() + answerWithinMs);
  const { rows } = await tx.query<Dispute>(
    `INSERT INTO dispute (id, created_at, payment_intent, amount, status, reason, due_by)
     VALUES ($1, $2, $3, $4, 'needs_response', $5, $6) RETURNING *`,
    [newObjectId('du'), now, intent.id, amount, reason, due_by],
  );
  await recordEffect(tx, intent.id, 'DISPUTE', amount, now);
  const dispute = { ...(rows[0] as Dispute), currency: intent.currency };
  await queueEvent(tx, 'charge.dispute.created', disputeObject(dispute), { now });
  return dispute;
};

export const closeDispute = async (
  tx: Transaction,
  dispute: Dispute,
  status: 'won' | 'lost',
  now: Date,
): Promise<Dispute> => {
  if (dispute.status !== 'needs_response') return dispute;
  if (status === 'won') await recordEffect(tx, dispute.payment_intent, 'DISPUTE_REVERSAL', dispute.amount, now);
  await tx.query('UPDATE dispute SET status = $2 WHERE id = $1', [dispute.id, status]);
  const next = { ...dispute, status };
  await queueEvent(tx, 'charge.dispute.closed', disputeObject(next), { now });
  return next;
};

// 20 per round, as webhooks.
const settledAtOnce = 20;

/** Those of one payment, or of any. */
export const settleDueRefunds = async (tx: Transaction, intentId: string | null, now: Date): Promise<void> => {
  const { rows } = await tx.query<Refund & { readonly token: string }>(
    `SELECT r.*, i.currency, i.token FROM refund r JOIN payment_intent i ON i.id = r.payment_intent
      WHERE r.settles_at <= $1 AND ($2::text IS NULL OR r.payment_intent = $2)
      ORDER BY r.position LIMIT $3 FOR UPDATE OF r SKIP LOCKED`,
    [now, intentId, settledAtOnce],
  );
  for (const refund of rows)
    await settleRefund(tx, refund, behaviourOf(refund.token)?.refunds === 'fail' ? 'failed' : 'succeeded', now);
};
