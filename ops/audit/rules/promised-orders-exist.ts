import { sqlRule } from '../rule.ts';

/**
 * An order may be gone with all its rows. What still names it is what was said about it: to others, and, under the
 * customer's idempotency key, to the customer.
 */
export const promisedOrdersExist = sqlRule({
  name: 'promised-orders-exist',
  promise: 'an order that was announced, or that a customer was told of, exists',
  scope: 'full',
  database: 'order',
  sql: `
    SELECT m.aggregate_id AS id, 'was announced' AS promise
      FROM outbox_message m LEFT JOIN customer_order o ON o.id = m.aggregate_id
     WHERE m.type = 'order.placed' AND o.id IS NULL
     UNION ALL
    SELECT k.result->>'value', k.actor || ' was told of it (' || k.operation || ', key ' || k.key || ')'
      FROM idempotency_key k LEFT JOIN customer_order o ON o.id = k.result->>'value'
     WHERE k.result->>'value' LIKE 'ord\\_%' AND o.id IS NULL`,
  breach: ({ id, promise }) => ({ ids: { order: String(id) }, what: `${promise} and does not exist` }),
});
