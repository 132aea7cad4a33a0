import { sqlRule } from '../rule.ts';

// 1 hour: an extra step is given 15 minutes, and the undo of what was held has tried for another 16 before the order calls
// a person. What failed for good waits for that person from the start.
const patience = `interval '1 hour'`;

export const paymentsComeToRest = sqlRule({
  name: 'payments-come-to-rest',
  promise: 'no payment is stuck on its way to being taken, given back or given up',
  scope: 'full',
  database: 'payment',
  sql: `
    SELECT p.id, p.order_id, p.status, p.authorized, p.captured - p.refunded AS kept, latest.at AS since
      FROM payment p
      CROSS JOIN LATERAL (SELECT coalesce(max(greatest(o.created_at, o.done_at)), p.created_at) AS at
                            FROM operation o WHERE o.payment_id = p.id) latest
     WHERE p.status NOT IN ('AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'WITHDRAWN')
       AND latest.at < $1::timestamptz
           - CASE WHEN p.status IN ('VOID_FAILED', 'REFUND_FAILED') THEN interval '0' ELSE ${patience} END`,
  breach: ({ id, order_id, status, authorized, kept, since }) => ({
    ids: { payment: String(id), order: String(order_id) },
    what: `${status} since ${since instanceof Date ? since.toISOString() : since}: ${authorized} was held, ${kept} is kept`,
  }),
});
