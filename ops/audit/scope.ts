/** What a round looks at: all orders, or those that have moved since an earlier round. */
import { type DatabaseName, databaseNames } from '../services.ts';
import type { AuditContext, AuditedOrder, Databases, Moved, Query, Watermark } from './rule.ts';

// 1,000 orders a page: what each other service holds of them is one query, by index even on stale statistics.
const orderPageSize = 1_000;

const columns = `
  o.id, o.customer_id, o.status, o.currency, o.total_amount AS total, o.payment_refunded AS refunded, o.version, o.attempt_id, o.attempt_number,
  o.status IN ('CONFIRMED', 'REJECTED', 'PAYMENT_FAILED', 'CANCELLED')
    AND (SELECT e.at FROM order_event e WHERE e.order_id = o.id ORDER BY e.version DESC LIMIT 1) < $2 AS is_settled`;
const nextOrders = `SELECT ${columns} FROM customer_order o WHERE o.id > $1 ORDER BY o.id LIMIT ${orderPageSize}`;
const theseOrders = `SELECT ${columns} FROM customer_order o WHERE o.id = ANY ($1::text[])`;

/** All orders in a full round, those that have moved in an incremental one. */
export async function* auditedOrders(context: AuditContext): AsyncGenerator<readonly AuditedOrder[]> {
  const { databases, settledBefore, moved } = context;
  if (moved) {
    for (let at = 0; at < moved.orders.length; at += orderPageSize)
      yield await databases.order<AuditedOrder>(theseOrders, moved.orders.slice(at, at + orderPageSize), settledBefore);
    return;
  }
  for (let after = ''; ; ) {
    const page = await databases.order<AuditedOrder>(nextOrders, after, settledBefore);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < orderPageSize) return;
    after = last.id;
  }
}

/** The ids of those orders that have not changed since they were read. */
export const unchanged = async (order: Query, orders: readonly AuditedOrder[]): Promise<ReadonlySet<string>> => {
  const rows = await order<{ id: string; version: number }>(
    'SELECT id, version FROM customer_order WHERE id = ANY ($1::text[])',
    orders.map(({ id }) => id),
  );
  const now = new Map(rows.map(({ id, version }) => [id, version]));
  return new Set(orders.filter(({ id, version }) => now.get(id) === version).map(({ id }) => id));
};

// 1 min: a position is assigned when a row is written and visible when it is committed, so a lower one may appear later.
// Transactions take milliseconds; what one hides for longer is left to the next full round.
const overlap = `interval '1 minute'`;

// Backwards from the newest, which is why it needs no index on the time. Not past a message that waits to be published.
const reached = `
  SELECT least(
    (SELECT o.position FROM outbox_message o WHERE o.occurred_at < $1::timestamptz - ${overlap}
      ORDER BY o.position DESC LIMIT 1),
    (SELECT min(o.position) - 1 FROM outbox_message o WHERE o.published_at IS NULL)) AS position`;

/** The position up to which everything had settled at that time. */
export const watermarkAt = async (databases: Databases, settledBefore: Date): Promise<Watermark> => {
  const positions: [DatabaseName, string][] = [];
  for (const name of databaseNames) {
    const [row] = await databases[name]<{ position: string | null }>(reached, settledBefore);
    positions.push([name, row?.position ?? '0']);
  }
  return Object.fromEntries(positions) as unknown as Watermark;
};

// 50,000: a round over that many takes seconds. More means a long pause, after which a full round is due.
const atMost = 50_000;

const inOwnOutbox = `SELECT aggregate_id AS id FROM outbox_message WHERE position > $1::bigint AND aggregate_type = 'order'`;
const inReplies = `SELECT data->>'orderId' AS id FROM outbox_message WHERE position > $1::bigint AND data ? 'orderId'`;

/** `undefined` when so much has moved that a full round is due. */
export const movedSince = async (databases: Databases, since: Watermark): Promise<Moved | undefined> => {
  const orders = new Set<string>();
  const sources: [Query, string, string][] = [
    [databases.order, inOwnOutbox, since.order],
    [databases.product, inReplies, since.product],
    [databases.payment, inReplies, since.payment],
  ];
  for (const [query, sql, position] of sources) {
    const rows = await query<{ id: string }>(`SELECT DISTINCT id FROM (${sql}) m LIMIT ${atMost + 1}`, position);
    for (const { id } of rows) orders.add(id);
    if (orders.size > atMost) return undefined;
  }
  return { since, orders: [...orders] };
};
