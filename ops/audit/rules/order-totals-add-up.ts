import { orderSqlRule } from '../rule.ts';

export const orderTotalsAddUp = orderSqlRule({
  name: 'order-totals-add-up',
  promise: "an order's total is the sum of its lines",
  database: 'order',
  sql: `
    SELECT o.id, o.total_amount AS total, coalesce(sum(l.quantity::bigint * l.unit_amount), 0) AS lines
      FROM customer_order o LEFT JOIN order_line l ON l.order_id = o.id
     WHERE o.id = ANY ($1::text[])
     GROUP BY o.id
    HAVING o.total_amount <> coalesce(sum(l.quantity::bigint * l.unit_amount), 0)`,
  breach: ({ id, total, lines }) => ({ ids: { order: String(id) }, what: `total ${total}, lines ${lines}` }),
});
