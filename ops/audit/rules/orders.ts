/** Orders: they exist, end, add up, and their history is complete. */
import { orderSqlRule, type Rule, sqlRule } from '../rule.ts';

export const orderRules: readonly Rule[] = [
  // The order may be gone with all its rows. What still names it are messages to others, and, under the
  // customer's idempotency key, the customer.
  sqlRule({
    name: 'promised-orders-exist',
    promise: 'an order that was announced or confirmed to a customer exists',
    scope: 'full',
    database: 'order',
    sql: `
    SELECT m.aggregate_id AS id, 'was announced' AS promise
      FROM outbox_message m LEFT JOIN customer_order o ON o.id = m.aggregate_id
     WHERE m.type = 'order.placed' AND o.id IS NULL
     UNION ALL
    SELECT k.result->>'value', k.actor || ' was given it as the result (' || k.operation || ', key ' || k.key || ')'
      FROM idempotency_key k LEFT JOIN customer_order o ON o.id = k.result->>'value'
     WHERE k.result->>'value' LIKE 'ord\\_%' AND o.id IS NULL`,
    ids: { order: 'id' },
    what: ({ promise }) => `${promise} and does not exist`,
  }),
  // The reverse, an event without its order, is the rule above.
  orderSqlRule({
    name: 'orders-have-placed-events',
    promise: 'every order has its order.placed event',
    database: 'order',
    sql: `
    SELECT o.id FROM unnest($1::text[]) AS o(id)
     WHERE NOT EXISTS (SELECT 1 FROM outbox_message m
                        WHERE m.aggregate_type = 'order' AND m.aggregate_id = o.id AND m.type = 'order.placed')`,
    ids: { order: 'id' },
    what: () => 'has no order.placed event',
  }),
  // The sweep acts on a step's deadline: one that is missing or long past means that nothing will happen any more.
  sqlRule({
    name: 'order-deadlines-are-met',
    promise: 'every order in progress has a deadline, and is acted on when it passes',
    scope: 'always',
    database: 'order',
    sql: `
    SELECT id, status, step_deadline
      FROM customer_order
     WHERE status IN ('PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'COMPENSATING', 'PAYMENT_FAILED')
       AND (step_deadline IS NULL OR step_deadline < $1)`,
    ids: { order: 'id' },
    what: ({ status, step_deadline }) =>
      `${status}, ${step_deadline instanceof Date ? `overdue since ${step_deadline.toISOString()}` : 'without a deadline'}`,
  }),
  sqlRule({
    name: 'no-order-needs-attention',
    promise: 'no order waits for an operator because compensation failed',
    scope: 'always',
    database: 'order',
    sql: `SELECT id, number, failure FROM customer_order WHERE status = 'NEEDS_ATTENTION'`,
    ids: { order: 'id' },
    what: ({ number }) => `${number} needs attention`,
  }),
  orderSqlRule({
    name: 'order-totals-add-up',
    promise: "an order's total is the sum of its lines",
    database: 'order',
    sql: `
    SELECT o.id, o.total_amount AS total, coalesce(sum(l.quantity::bigint * l.unit_amount), 0) AS lines
      FROM customer_order o LEFT JOIN order_line l ON l.order_id = o.id
     WHERE o.id = ANY ($1::text[])
     GROUP BY o.id
    HAVING o.total_amount <> coalesce(sum(l.quantity::bigint * l.unit_amount), 0)`,
    ids: { order: 'id' },
    what: ({ total, lines }) => `total ${total}, lines ${lines}`,
  }),
  // Order and version are the primary key: with as many entries as versions, none above the last, none is missing.
  orderSqlRule({
    name: 'order-timelines-are-complete',
    promise: 'every change of an order is on its timeline, and the last entry is its status',
    database: 'order',
    sql: `
    SELECT o.id, o.version, o.status, coalesce(e.entries, 0) AS entries, last.status AS last
      FROM customer_order o
      LEFT JOIN (SELECT order_id, count(*) AS entries, min(version) AS lowest, max(version) AS highest
                   FROM order_event WHERE order_id = ANY ($1::text[]) GROUP BY order_id) e ON e.order_id = o.id
      LEFT JOIN order_event last ON last.order_id = o.id AND last.version = o.version
     WHERE o.id = ANY ($1::text[])
       AND ((e.entries, e.lowest, e.highest) IS DISTINCT FROM (o.version::bigint, 1, o.version)
            OR last.status IS DISTINCT FROM o.status)`,
    ids: { order: 'id' },
    what: ({ version, entries, last, status }) => `version ${version} ${status}, ${entries} entries, the last ${last}`,
  }),
];
