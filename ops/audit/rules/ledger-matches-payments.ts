import { orderSqlRule } from '../rule.ts';

export const ledgerMatchesPayments = orderSqlRule({
  name: 'ledger-matches-payments',
  promise: "a payment's amounts are the sums of its ledger",
  database: 'payment',
  sql: `
    SELECT * FROM (
      SELECT p.id, p.order_id, p.authorized, p.captured, p.refunded,
             coalesce(sum(l.amount) FILTER (WHERE l.kind = 'AUTHORIZATION'), 0) AS ledger_authorized,
             coalesce(sum(l.amount) FILTER (WHERE l.kind = 'CAPTURE'), 0) AS ledger_captured,
             coalesce(sum(l.amount) FILTER (WHERE l.kind = 'REFUND'), 0) AS ledger_refunded
        FROM payment p LEFT JOIN ledger_entry l ON l.payment_id = p.id
       WHERE p.order_id = ANY ($1::text[])
       GROUP BY p.id) sums
     WHERE (authorized, captured, refunded) <> (ledger_authorized, ledger_captured, ledger_refunded)`,
  breach: (row) => ({
    ids: { payment: String(row.id), order: String(row.order_id) },
    what:
      `authorized ${row.authorized}, captured ${row.captured}, refunded ${row.refunded}; ` +
      `ledger ${row.ledger_authorized}, ${row.ledger_captured}, ${row.ledger_refunded}`,
  }),
});
