/** Refunds and disputes. */
import { z } from 'zod';
import { behaviourOf } from '../domain/tokens.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import { findIntent } from '../store/intents.ts';
import { disputeObject, listObject, refundObject } from '../store/objects.ts';
import { createRefund, refundable, refundById, settleDueRefunds } from '../store/refunds.ts';
import type { Dispute, Refund } from '../store/rows.ts';
import type { Asked, Endpoint } from './calls.ts';
import { invalid, missing, parameters, refused } from './fault.ts';
import { created, metadata, page, wholeNumber } from './parameters.ts';
import { locked } from './payment-intents.ts';

const Create = z.strictObject({
  payment_intent: z.string(),
  amount: wholeNumber.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata,
});

const create = async (tx: Transaction, { body }: Asked, now: Date) => {
  const given = parameters(Create, body);
  const intent = await locked(tx, given.payment_intent, now, 'payment_intent');
  const left = await refundable(tx, intent);
  const amount = given.amount ?? left;
  if (given.amount !== undefined && amount < 1)
    throw invalid('This value must be greater than or equal to 1.', { param: 'amount' });
  if (intent.amount_received === 0)
    throw refused({ message: 'This PaymentIntent does not have a successful charge to refund.' });
  if (behaviourOf(intent.token)?.refuses?.includes('refund'))
    throw refused({ code: 'refund_disputed_payment', message: 'The bank will not take the money back.' });
  if (left === 0) throw refused({ code: 'charge_already_refunded', message: 'The charge has already been refunded.' });
  if (amount > left)
    throw refused({
      message: `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      param: 'amount',
    });
  return refundObject(
    await createRefund(tx, intent, { amount, reason: given.reason ?? null, metadata: given.metadata }, now),
  );
};

const List = z.strictObject({ ...page, created, payment_intent: z.string().optional() });

/** Refunds or disputes, of one payment or of all, newest first. */
const listOf =
  <Row>(table: 'refund' | 'dispute', shown: (row: Row) => object): Endpoint['handle'] =>
  async (tx, { query }, now) => {
    const given = parameters(List, query);
    await settleDueRefunds(tx, given.payment_intent ?? null, now);
    const { rows } = await tx.query(
      `SELECT r.*, i.currency FROM ${table} r JOIN payment_intent i ON i.id = r.payment_intent
        WHERE ($1::text IS NULL OR r.payment_intent = $1)
          AND ($2::text IS NULL OR r.position < (SELECT position FROM ${table} WHERE id = $2))
          AND ($4::bigint IS NULL OR r.created_at >= to_timestamp($4))
          AND ($5::bigint IS NULL OR r.created_at < to_timestamp($5::bigint + 1))
        ORDER BY r.position DESC LIMIT $3`,
      [
        ...[given.payment_intent ?? null, given.starting_after ?? null, given.limit + 1],
        ...[given.created.gte ?? null, given.created.lte ?? null],
      ],
    );
    const data = rows.slice(0, given.limit).map((row) => shown(row as Row));
    return listObject(`/v1/${table}s`, data, rows.length > given.limit);
  };

const byIntent = async (db: Queryable, { body }: Asked) =>
  typeof body.payment_intent === 'string' ? (await findIntent(db, body.payment_intent))?.token : undefined;

export const refunds: readonly Endpoint[] = [
  { method: 'POST', url: '/v1/refunds', tokenOf: byIntent, handle: create },
  { method: 'GET', url: '/v1/refunds', handle: listOf<Refund>('refund', refundObject) },
  {
    ...{ method: 'GET', url: '/v1/refunds/:id' },
    handle: async (tx, { path }) => {
      const refund = await refundById(tx, path.id ?? '');
      if (!refund) throw missing('refund', path.id ?? '', 'id');
      return refundObject(refund);
    },
  },
  { method: 'GET', url: '/v1/disputes', handle: listOf<Dispute>('dispute', disputeObject) },
];
