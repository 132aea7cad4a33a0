/** Orders to compare with what the neighbours hold, in pages: those that are at rest and have been for a while. */
import type { Query } from './rule.ts';

export interface SettledOrder extends Record<string, unknown> {
  id: string;
  status: string;
  total: number;
  attempt_id: string;
}

// 1,000 orders a page: their payments and reservations come in one query each.
const pageSize = 1_000;

const sql = `
  SELECT o.id, o.status, o.total_amount AS total, o.attempt_id
    FROM customer_order o
   WHERE o.id > $1
     AND o.status IN ('CONFIRMED', 'REJECTED', 'PAYMENT_FAILED', 'CANCELLED')
     AND (SELECT max(e.at) FROM order_event e WHERE e.order_id = o.id) < $2
   ORDER BY o.id LIMIT ${pageSize}`;

export async function* settledOrders(order: Query, settledBefore: Date): AsyncGenerator<readonly SettledOrder[]> {
  for (let after = ''; ; ) {
    const page = await order<SettledOrder>(sql, after, settledBefore);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}
