import { orderSqlRule } from '../rule.ts';

export const capturesStayWithinHolds = orderSqlRule({
  name: 'captures-stay-within-holds',
  promise: 'refunded ≤ captured ≤ authorized ≤ asked for',
  database: 'payment',
  sql: `
    SELECT id, order_id, amount, authorized, captured, refunded
      FROM payment
     WHERE order_id = ANY ($1::text[])
       AND NOT (0 <= refunded AND refunded <= captured AND captured <= authorized AND authorized <= amount)`,
  breach: ({ id, order_id, amount, authorized, captured, refunded }) => ({
    ids: { payment: String(id), order: String(order_id) },
    what: `asked ${amount}, authorized ${authorized}, captured ${captured}, refunded ${refunded}`,
  }),
});
