import { orderSqlRule } from '../rule.ts';

/** An order may be tried several times; money that was taken and not given back comes from one of them at most. */
export const oneCapturePerOrder = orderSqlRule({
  name: 'one-capture-per-order',
  promise: 'no customer is charged twice for one order',
  database: 'payment',
  sql: `
    SELECT order_id, count(*) AS payments, sum(captured - refunded) AS kept
      FROM payment
     WHERE order_id = ANY ($1::text[]) AND captured > refunded
     GROUP BY order_id
    HAVING count(*) > 1
     UNION ALL
    SELECT p.order_id, 1, sum(l.amount)
      FROM payment p JOIN ledger_entry l ON l.payment_id = p.id
     WHERE p.order_id = ANY ($1::text[]) AND l.kind = 'CAPTURE'
     GROUP BY p.id
    HAVING count(*) > 1`,
  breach: ({ order_id, payments, kept }) => ({
    ids: { order: String(order_id) },
    what: `${kept} kept from ${payments} payments, or captured more than once`,
  }),
});
