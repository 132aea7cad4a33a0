/** Customers and their payment methods on file. */
import { z } from 'zod';
import { behaviourOf } from '../domain/tokens.ts';
import type { Transaction } from '../store/database.ts';
import { newObjectId } from '../store/intents.ts';
import type { Asked, Endpoint } from './calls.ts';
import { type Answer, missing, parameters, refused } from './fault.ts';
import { metadata } from './parameters.ts';

const CreateCustomer = z.strictObject({ metadata, description: z.string().optional(), email: z.string().optional() });

const createCustomer = async (tx: Transaction, { body }: Asked, now: Date) => {
  const given = parameters(CreateCustomer, body);
  const id = newObjectId('cus');
  await tx.query('INSERT INTO customer (id, created_at, metadata) VALUES ($1, $2, $3)', [id, now, given.metadata]);
  return {
    ...{ id, object: 'customer', created: Math.floor(now.getTime() / 1_000), livemode: false },
    metadata: given.metadata,
  };
};

const CreateMethod = z.strictObject({
  type: z.literal('card'),
  card: z.strictObject({ token: z.string() }),
  metadata,
});

const createMethod = async (tx: Transaction, { body }: Asked, now: Date) => {
  const { card } = parameters(CreateMethod, body);
  if (!behaviourOf(card.token)) throw missing('token', card.token, 'card[token]');
  const id = newObjectId('pm');
  await tx.query('INSERT INTO payment_method (id, created_at, token) VALUES ($1, $2, $3)', [id, now, card.token]);
  return methodObject({ id, customer: null, created_at: now });
};

interface Method {
  readonly id: string;
  readonly customer: string | null;
  readonly created_at: Date;
}

const methodObject = ({ id, customer, created_at }: Method) => ({
  ...{ id, object: 'payment_method', created: Math.floor(created_at.getTime() / 1_000), customer, livemode: false },
  type: 'card',
  card: { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2034, funding: 'credit', country: 'US' },
  metadata: {},
});

const lockMethod = async (tx: Transaction, id: string): Promise<Method & { readonly token: string }> => {
  const { rows } = await tx.query<Method & { readonly token: string }>(
    'SELECT * FROM payment_method WHERE id = $1 FOR UPDATE',
    [id],
  );
  if (!rows[0]) throw missing('PaymentMethod', id, 'payment_method');
  return rows[0];
};

const Attach = z.strictObject({ customer: z.string() });

/** The bank is asked whether the card is good: one that it would decline is not kept. */
const attach = async (tx: Transaction, { path, body }: Asked): Promise<Answer | object> => {
  const { customer } = parameters(Attach, body);
  const method = await lockMethod(tx, path.id ?? '');
  const { rows } = await tx.query('SELECT 1 FROM customer WHERE id = $1', [customer]);
  if (rows.length === 0) throw missing('customer', customer, 'customer');
  if (method.customer === customer) return methodObject(method);
  if (method.customer !== null)
    throw refused({ message: 'The payment method you provided has already been attached to a customer.' });
  const onAuthorize = behaviourOf(method.token)?.onAuthorize;
  if (typeof onAuthorize === 'object')
    return { status: 402, body: { error: { type: 'card_error', ...onAuthorize.decline } } };
  await tx.query('UPDATE payment_method SET customer = $2 WHERE id = $1', [method.id, customer]);
  return methodObject({ ...method, customer });
};

const detach = async (tx: Transaction, { path, body }: Asked) => {
  parameters(z.strictObject({}), body);
  const method = await lockMethod(tx, path.id ?? '');
  if (method.customer === null)
    throw refused({
      message: 'The payment method you provided is not attached to a customer so detachment is impossible.',
    });
  await tx.query('UPDATE payment_method SET customer = NULL WHERE id = $1', [method.id]);
  return methodObject({ ...method, customer: null });
};

export const customers: readonly Endpoint[] = [
  { method: 'POST', url: '/v1/customers', handle: createCustomer },
  { method: 'POST', url: '/v1/payment_methods', handle: createMethod },
  { method: 'POST', url: '/v1/payment_methods/:id/attach', handle: attach },
  { method: 'POST', url: '/v1/payment_methods/:id/detach', handle: detach },
];
