/** The orders that a round looks at, in pages. */
import type { AuditContext, AuditedOrder, Query } from './rule.ts';

// 1,000 orders a page: what the neighbours hold of them comes in one query each, by index even on stale statistics.
const pageSize = 1_000;

const columns = `
  o.id, o.customer_id, o.status, o.currency, o.total_amount AS total, o.version, o.attempt_id, o.attempt_number,
  o.status IN ('CONFIRMED', 'REJECTED', 'PAYMENT_FAILED', 'CANCELLED')
    AND (SELECT e.at FROM order_event e WHERE e.order_id = o.id ORDER BY e.version DESC LIMIT 1) < $2 AS is_settled`;
const next = `SELECT ${columns} FROM customer_order o WHERE o.id > $1 ORDER BY o.id LIMIT ${pageSize}`;
const named = `SELECT ${columns} FROM customer_order o WHERE o.id = ANY ($1::text[])`;

/** All orders in a full round, those that have moved in an incremental one. */
export async function* auditedOrders(context: AuditContext): AsyncGenerator<readonly AuditedOrder[]> {
  const { databases, settledBefore, moved } = context;
  if (moved) {
    for (let at = 0; at < moved.orders.length; at += pageSize)
      yield await databases.order<AuditedOrder>(named, moved.orders.slice(at, at + pageSize), settledBefore);
    return;
  }
  for (let after = ''; ; ) {
    const page = await databases.order<AuditedOrder>(next, after, settledBefore);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}

/** Of these orders, the ids of those that are still as they were read. */
export const unchanged = async (order: Query, orders: readonly AuditedOrder[]): Promise<ReadonlySet<string>> => {
  const rows = await order<{ id: string; version: number }>(
    'SELECT id, version FROM customer_order WHERE id = ANY ($1::text[])',
    orders.map(({ id }) => id),
  );
  const now = new Map(rows.map(({ id, version }) => [id, version]));
  return new Set(orders.filter(({ id, version }) => now.get(id) === version).map(({ id }) => id));
};
