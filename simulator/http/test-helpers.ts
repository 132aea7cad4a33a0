/** What customers, banks and time do, on request: calls that Stripe does not have, or has only in its dashboard. */
import { z } from 'zod';
import type { Transaction } from '../store/database.ts';
import { authenticate, expire } from '../store/intents.ts';
import { disputeObject, intentObject, refundObject } from '../store/objects.ts';
import { closeDispute, disputeById, openDispute, refundById, settleRefund } from '../store/refunds.ts';
import type { Intent } from '../store/rows.ts';
import type { Endpoint } from './calls.ts';
import { missing, parameters, refused } from './fault.ts';
import { wholeNumber } from './parameters.ts';
import { locked } from './payment-intents.ts';

const prefix = '/v1/test_helpers';

/** `approve` passes the extra step, anything else fails it. */
const Authenticate = z.strictObject({ code: z.string().min(1).max(100) });
const Dispute = z.strictObject({ amount: wholeNumber.optional(), reason: z.string().default('fraudulent') });
const Close = z.strictObject({ status: z.enum(['won', 'lost']) });

const about =
  (work: (tx: Transaction, intent: Intent, body: unknown, now: Date) => Promise<object>): Endpoint['handle'] =>
  async (tx, { path, body }, now) =>
    work(tx, await locked(tx, path.id ?? '', now), body, now);

const dispute = about(async (tx, intent, body, now) => {
  const { amount = intent.amount_received, reason } = parameters(Dispute, body);
  const { rows } = await tx.query<{ disputed: number }>(
    `SELECT coalesce(sum(amount), 0)::int AS disputed FROM dispute WHERE payment_intent = $1 AND status <> 'won'`,
    [intent.id],
  );
  if (amount < 1 || amount > intent.amount_received - (rows[0]?.disputed ?? 0))
    throw refused({ message: 'That much was not captured, or it is disputed already.' });
  return disputeObject(await openDispute(tx, intent, { amount, reason }, now));
});

const settling =
  (status: 'succeeded' | 'failed'): Endpoint['handle'] =>
  async (tx, { path }, now) => {
    const refund = await refundById(tx, path.id ?? '');
    if (!refund) throw missing('refund', path.id ?? '', 'id');
    await locked(tx, refund.payment_intent, now);
    return refundObject(await settleRefund(tx, refund, status, now));
  };

export const testHelpers: readonly Endpoint[] = [
  {
    ...{ method: 'POST', url: `${prefix}/payment_intents/:id/authenticate` },
    handle: about(async (tx, intent, body, now) => {
      const { code } = parameters(Authenticate, body);
      return intentObject(await authenticate(tx, intent, code === 'approve', now));
    }),
  },
  {
    ...{ method: 'POST', url: `${prefix}/payment_intents/:id/expire` },
    handle: about(async (tx, intent, _, now) => intentObject(await expire(tx, intent, now))),
  },
  { method: 'POST', url: `${prefix}/payment_intents/:id/dispute`, handle: dispute },
  {
    ...{ method: 'POST', url: `${prefix}/disputes/:id/close` },
    handle: async (tx, { path, body }, now) => {
      const { status } = parameters(Close, body);
      const found = await disputeById(tx, path.id ?? '');
      if (!found) throw missing('dispute', path.id ?? '', 'id');
      await locked(tx, found.payment_intent, now);
      return disputeObject(await closeDispute(tx, found, status, now));
    },
  },
  { method: 'POST', url: `${prefix}/refunds/:id/succeed`, handle: settling('succeeded') },
  { method: 'POST', url: `${prefix}/refunds/:id/fail`, handle: settling('failed') },
];
