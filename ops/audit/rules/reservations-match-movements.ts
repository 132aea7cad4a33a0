import { orderSqlRule } from '../rule.ts';

/** Each line of a reservation has moved the stock as its status says, by its quantity, and in no other way. */
export const reservationsMatchMovements = orderSqlRule({
  name: 'reservations-match-movements',
  promise: 'what a reservation became is what it did to the stock, unit by unit',
  database: 'product',
  sql: `
    WITH r AS (SELECT attempt_id, order_id, status::text FROM reservation WHERE order_id = ANY ($1::text[])),
    due (status, kind) AS (VALUES
      ('RESERVED', 'RESERVATION'), ('RELEASED', 'RESERVATION'), ('RELEASED', 'RELEASE'),
      ('EXPIRED', 'RESERVATION'), ('EXPIRED', 'RELEASE'), ('COMMITTED', 'RESERVATION'), ('COMMITTED', 'SALE'),
      ('RETURNED', 'RESERVATION'), ('RETURNED', 'SALE'), ('RETURNED', 'RETURN')),
    expected AS (
      SELECT r.attempt_id, l.variant_id, due.kind, l.quantity
        FROM r JOIN reservation_line l ON l.attempt_id = r.attempt_id JOIN due ON due.status = r.status),
    moved AS (
      SELECT r.attempt_id, m.variant_id, m.kind::text AS kind, m.quantity
        FROM r JOIN stock_movement m ON m.attempt_id = r.attempt_id)
    SELECT r.attempt_id, r.order_id, r.status, d.variant_id, d.kind, d.expected, d.moved
      FROM (SELECT attempt_id, variant_id, kind, e.quantity AS expected, m.quantity AS moved
              FROM expected e FULL JOIN moved m USING (attempt_id, variant_id, kind)) d
      JOIN r ON r.attempt_id = d.attempt_id
     WHERE d.expected IS DISTINCT FROM d.moved`,
  breach: ({ attempt_id, order_id, status, variant_id, kind, expected, moved }) => ({
    ids: { attempt: String(attempt_id), order: String(order_id), variant: String(variant_id), kind: String(kind) },
    what: `${status}: ${kind} of ${moved ?? 'nothing'}, and ${expected ?? 'nothing'} is due`,
  }),
});
