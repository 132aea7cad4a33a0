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
    promise:
      "an order's total is its lines and its shipping and tax less its discounts, which are those of its lines and shipping",
    database: 'order',
    sql: `
    SELECT o.id, o.total_amount AS total, o.discount_amount AS discount, o.shipping_amount AS shipping, o.tax_amount AS tax,
           l.lines, l.discounts, l.taxes
      FROM customer_order o
     CROSS JOIN LATERAL (SELECT coalesce(sum(quantity::bigint * unit_amount), 0) AS lines,
                                coalesce(sum(discount_amount), 0) AS discounts, coalesce(sum(tax_amount), 0) AS taxes
                           FROM order_line WHERE order_id = o.id) l
     WHERE o.id = ANY ($1::text[])
       AND (l.lines + o.shipping_amount + CASE WHEN o.prices_include_tax THEN 0 ELSE o.tax_amount END - o.discount_amount,
            l.discounts + o.shipping_discount, l.taxes + o.shipping_tax)
           IS DISTINCT FROM (o.total_amount::bigint, o.discount_amount::bigint, o.tax_amount::bigint)`,
    ids: { order: 'id' },
    what: ({ total, discount, shipping, tax, lines, discounts, taxes }) =>
      `total ${total}, discount ${discount}, shipping ${shipping}, tax ${tax}; lines ${lines}, their discounts ${discounts}, their taxes ${taxes}`,
  }),
  orderSqlRule({
    name: 'orders-have-what-they-redeemed',
    promise: 'an order holds the promotions in its total, and none once it has ended without a sale',
    database: 'order',
    sql: `
    SELECT o.id, o.status, held.held, agreed.agreed
      FROM customer_order o
     CROSS JOIN LATERAL (SELECT array_agg(promotion_id ORDER BY promotion_id) AS held
                           FROM promotion_redemption WHERE order_id = o.id AND given_back_at IS NULL) held
     CROSS JOIN LATERAL (SELECT array_agg(p ->> 'promotionId' ORDER BY p ->> 'promotionId') AS agreed
                           FROM jsonb_array_elements(o.pricing -> 'promotions') p
                          WHERE o.status NOT IN ('CANCELLED', 'REJECTED')) agreed
     WHERE o.id = ANY ($1::text[]) AND held.held IS DISTINCT FROM agreed.agreed`,
    ids: { order: 'id' },
    what: ({ status, held, agreed }) => `${status}, holds ${held ?? 'none'}, should hold ${agreed ?? 'none'}`,
  }),
  // One statement sees one moment: an order that is being placed is in both or in neither.
  sqlRule({
    name: 'redeemed-promotions-are-counted',
    promise: 'a promotion with a limit counts the orders that hold it, and they are no more than the limit',
    scope: 'full',
    database: 'order',
    sql: `
    SELECT p.id, p.used, p.usage_limit, held.orders
      FROM promotion p
     CROSS JOIN LATERAL (SELECT count(*) AS orders
                           FROM promotion_redemption WHERE promotion_id = p.id AND given_back_at IS NULL) held
     WHERE p.usage_limit IS NOT NULL AND (p.used <> held.orders OR p.used > p.usage_limit)`,
    ids: { promotion: 'id' },
    what: ({ used, usage_limit, orders }) => `${used} of ${usage_limit} used, ${orders} orders hold it`,
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
