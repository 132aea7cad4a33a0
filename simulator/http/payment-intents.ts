import { z } from 'zod';
import { behaviourOf, genericDecline } from '../domain/tokens.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import {
  decline,
  findIntent,
  hold,
  insertIntent,
  intentChanged,
  intentColumns,
  lockIntent,
  newObjectId,
  recordEffect,
  settlesAfterMs,
  updateIntent,
} from '../store/intents.ts';
import { intentObject } from '../store/objects.ts';
import { openDispute } from '../store/refunds.ts';
import type { Intent } from '../store/rows.ts';
import type { Asked, Endpoint, World } from './calls.ts';
import { type Answer, invalid, missing, parameters, refused } from './fault.ts';
import { created, metadata, page, wholeNumber } from './parameters.ts';

/** The token of the payment in the path. */
const byPath = async (db: Queryable, { path }: Asked) => (await findIntent(db, path.id ?? ''))?.token;

export const locked = async (tx: Transaction, id: string, now: Date, param = 'intent'): Promise<Intent> => {
  const intent = await lockIntent(tx, id, now);
  if (!intent) throw missing('payment_intent', id, param);
  return intent;
};

const shown = (intent: Intent, { publicUrl }: World, expands: readonly string[] = []) =>
  intentObject(intent, { publicUrl: publicUrl(), expandsCharge: expands.includes('latest_charge') });

const expand = z
  .record(z.string(), z.enum(['latest_charge']))
  .default({})
  .transform((given) => Object.values(given));

const card = z.strictObject({ request_multicapture: z.enum(['if_available', 'never']) });

const Create = z.strictObject({
  amount: wholeNumber,
  currency: z.string().regex(/^[a-z]{3}$/i),
  capture_method: z.literal('manual'),
  confirm: z.literal('true'),
  payment_method: z.string().optional(),
  payment_method_data: z
    .strictObject({ type: z.literal('card'), card: z.strictObject({ token: z.string() }) })
    .optional(),
  payment_method_types: z.record(z.string(), z.literal('card')).optional(),
  payment_method_options: z.strictObject({ card }).optional(),
  customer: z.string().optional(),
  off_session: z.enum(['true', 'false']).optional(),
  return_url: z.url().optional(),
  description: z.string().optional(),
  metadata,
  expand,
});

/** A method on file is the customer's own; a token is nobody's yet. */
const tokenOf = async (db: Queryable, given: z.output<typeof Create>): Promise<string> => {
  const token = given.payment_method_data?.card.token;
  const method = given.payment_method;
  if (token !== undefined) {
    if (!behaviourOf(token)) throw missing('token', token, 'payment_method_data[card][token]');
    return token;
  }
  if (method === undefined) throw invalid('Missing required param: payment_method.', { param: 'payment_method' });
  if (behaviourOf(method)) return method;
  const { rows } = await db.query<{ token: string; customer: string | null }>(
    'SELECT token, customer FROM payment_method WHERE id = $1',
    [method],
  );
  const [row] = rows;
  if (!row) throw missing('PaymentMethod', method, 'payment_method');
  if (row.customer !== (given.customer ?? null))
    throw invalid('The PaymentMethod does not belong to the customer of this PaymentIntent.', {
      param: 'payment_method',
    });
  return row.token;
};

const create = async (tx: Transaction, { body, key }: Asked, now: Date, world: World): Promise<Answer | object> => {
  const given = parameters(Create, body);
  if (given.amount < 1)
    throw invalid('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  const token = await tokenOf(tx, given);
  const id = newObjectId('pi');
  const behaviour = behaviourOf(token);
  const settles_at = behaviour?.onAuthorize === 'process' ? new Date(now.getTime() + settlesAfterMs) : null;
  const begun = await insertIntent(tx, {
    ...{ id, created_at: now, amount: given.amount, currency: given.currency.toLowerCase() },
    ...{ status: settles_at ? 'processing' : 'requires_action', amount_capturable: 0, amount_received: 0 },
    ...{ payment_method: given.payment_method ?? newObjectId('pm'), customer: given.customer ?? null },
    ...{ metadata: given.metadata, client_secret: `${id}_secret_${newObjectId('s').slice(2)}` },
    ...{ return_url: given.return_url ?? null, is_off_session: given.off_session === 'true' },
    ...{ last_payment_error: null, cancellation_reason: null, canceled_at: null, token, settles_at, expires_at: null },
  });
  const onAuthorize = world.chance('decline', key) ? { decline: genericDecline } : behaviour?.onAuthorize;
  if (typeof onAuthorize === 'object') return declined(tx, begun, onAuthorize.decline, world);
  if (onAuthorize === 'approve') return shown(await hold(tx, begun, now), world, given.expand);
  return shown(begun, world, given.expand);
};

/** As Stripe answers a card that is declined: an error that has the PaymentIntent in it. */
const declined = async (
  tx: Transaction,
  intent: Intent,
  error: NonNullable<Intent['last_payment_error']>,
  world: World,
): Promise<Answer> => {
  const payment_intent = shown(await decline(tx, intent, error), world);
  return { status: 402, body: { error: { type: 'card_error', ...error, payment_intent } } };
};

const unexpectedState = (intent: Intent, what: string, world: World) =>
  refused({
    code: 'payment_intent_unexpected_state',
    message: `This PaymentIntent could not be ${what} because it has a status of ${intent.status}.`,
    payment_intent: shown(intent, world),
  });

/** For a client that has done its extra step with an SDK of its own: nothing is left to confirm. */
const confirm = async (tx: Transaction, { path }: Asked, now: Date, world: World) => {
  const intent = await locked(tx, path.id ?? '', now);
  if (intent.status !== 'requires_action') throw unexpectedState(intent, 'confirmed', world);
  return shown(intent, world);
};

const Capture = z.strictObject({
  amount_to_capture: wholeNumber.optional(),
  final_capture: z.enum(['true', 'false']).default('true'),
  metadata,
  expand,
});

const capture = async (tx: Transaction, { path, body }: Asked, now: Date, world: World): Promise<Answer | object> => {
  const given = parameters(Capture, body);
  const intent = await locked(tx, path.id ?? '', now);
  if (intent.status !== 'requires_capture') throw unexpectedState(intent, 'captured', world);
  const behaviour = behaviourOf(intent.token);
  const amount = given.amount_to_capture ?? intent.amount_capturable;
  const isFinal = given.final_capture === 'true';
  if (amount > intent.amount_capturable)
    throw refused({
      code: 'amount_too_large',
      message: 'The amount is more than is held.',
      param: 'amount_to_capture',
    });
  if (amount < 1 && !(isFinal && intent.amount_received > 0))
    throw invalid('This value must be greater than or equal to 1.', { param: 'amount_to_capture' });
  if (behaviour?.refuses?.includes('capture'))
    return {
      status: 402,
      body: { error: { type: 'card_error', code: 'card_declined', message: 'The bank refuses to pay out.' } },
    };
  const left = intent.amount_capturable - amount;
  if (amount === 0 && behaviour?.refuses?.includes('cancel'))
    throw refused({ message: 'The bank will not let the hold go.', payment_intent: shown(intent, world) });
  if (amount > 0) await recordEffect(tx, intent.id, 'CAPTURE', amount, now);
  if (isFinal && left > 0) await recordEffect(tx, intent.id, 'VOID', left, now);
  const next = await updateIntent(tx, intent, {
    ...{ status: isFinal || left === 0 ? 'succeeded' : 'requires_capture', amount_capturable: isFinal ? 0 : left },
    ...{ amount_received: intent.amount_received + amount, metadata: { ...intent.metadata, ...given.metadata } },
  });
  await intentChanged(tx, next, now);
  if (behaviour?.afterCapture === 'dispute' && amount > 0)
    await openDispute(tx, next, { amount, reason: 'fraudulent' }, now);
  return shown(next, world, given.expand);
};

const Cancel = z.strictObject({
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  expand,
});

const cancel = async (tx: Transaction, { path, body }: Asked, now: Date, world: World) => {
  const given = parameters(Cancel, body);
  const intent = await locked(tx, path.id ?? '', now);
  if (intent.status === 'succeeded' || intent.status === 'canceled' || intent.amount_received > 0)
    throw unexpectedState(intent, 'canceled', world);
  if (intent.amount_capturable > 0) {
    if (behaviourOf(intent.token)?.refuses?.includes('cancel'))
      throw refused({
        ...{ code: 'payment_intent_unexpected_state', message: 'The bank will not let the hold go.' },
        payment_intent: shown(intent, world),
      });
    await recordEffect(tx, intent.id, 'VOID', intent.amount_capturable, now);
  }
  const next = await updateIntent(tx, intent, {
    ...{ status: 'canceled', amount_capturable: 0, canceled_at: now },
    cancellation_reason: given.cancellation_reason ?? null,
  });
  return shown(next, world, given.expand);
};

const List = z.strictObject({
  ...page,
  created,
  customer: z.string().optional(),
  expand: z.record(z.string(), z.enum(['data.latest_charge'])).default({}),
});

const list = async (tx: Transaction, { query }: Asked, _: Date, world: World) => {
  const given = parameters(List, query);
  const { gte, lte } = given.created;
  const { rows } = await tx.query<Intent>(
    `SELECT ${intentColumns} FROM payment_intent i
      WHERE ($1::text IS NULL OR position < (SELECT position FROM payment_intent WHERE id = $1))
        AND ($2::bigint IS NULL OR created_at >= to_timestamp($2))
        AND ($3::bigint IS NULL OR created_at < to_timestamp($3::bigint + 1))
        AND ($4::text IS NULL OR customer = $4)
      ORDER BY position DESC LIMIT $5`,
    [given.starting_after ?? null, gte ?? null, lte ?? null, given.customer ?? null, given.limit + 1],
  );
  const expands = Object.values(given.expand).map((name) => name.replace('data.', ''));
  return {
    ...{ object: 'list', url: '/v1/payment_intents', has_more: rows.length > given.limit },
    data: rows.slice(0, given.limit).map((intent) => shown(intent, world, expands)),
  };
};

const Retrieve = z.strictObject({ expand, client_secret: z.string().optional() });

export const paymentIntents: readonly Endpoint[] = [
  {
    ...{ method: 'POST', url: '/v1/payment_intents', handle: create },
    tokenOf: async (db, { body }) => {
      const parsed = Create.safeParse(body);
      return parsed.success ? tokenOf(db, parsed.data).catch(() => undefined) : undefined;
    },
  },
  { method: 'GET', url: '/v1/payment_intents', handle: list },
  {
    ...{ method: 'GET', url: '/v1/payment_intents/:id' },
    handle: async (tx, { path, query }, now, world) =>
      shown(await locked(tx, path.id ?? '', now), world, parameters(Retrieve, query).expand),
  },
  { method: 'POST', url: '/v1/payment_intents/:id/confirm', tokenOf: byPath, handle: confirm },
  { method: 'POST', url: '/v1/payment_intents/:id/capture', tokenOf: byPath, handle: capture },
  { method: 'POST', url: '/v1/payment_intents/:id/cancel', tokenOf: byPath, handle: cancel },
];
