/** What has happened since an earlier round: what an incremental round looks at. */
import { type SubgraphName, subgraphNames } from '../services.ts';
import type { Databases, Moved, Query, Watermark } from './rule.ts';

// 1 min: positions are given when a row is written and seen when it is committed, so a lower one may show up later.
// Transactions take milliseconds; what one hides for longer is left to the next full round.
const overlap = `interval '1 minute'`;

// Backwards from the newest, which is why it needs no index on the time. Not past a message that waits to be published.
const reached = `
  SELECT least(
    (SELECT o.position FROM outbox_message o WHERE o.occurred_at < $1::timestamptz - ${overlap}
      ORDER BY o.position DESC LIMIT 1),
    (SELECT min(o.position) - 1 FROM outbox_message o WHERE o.published_at IS NULL)) AS position`;

/** Up to where everything was settled at that time. */
export const watermarkAt = async (databases: Databases, settledBefore: Date): Promise<Watermark> => {
  const positions: [SubgraphName, string][] = [];
  for (const name of subgraphNames) {
    const [row] = await databases[name]<{ position: string | null }>(reached, settledBefore);
    positions.push([name, row?.position ?? '0']);
  }
  return Object.fromEntries(positions) as unknown as Watermark;
};

// 50,000: a round over as many takes seconds. More have moved only after a long pause, and then a full round is due.
const atMost = 50_000;

const inOwnOutbox = `SELECT aggregate_id AS id FROM outbox_message WHERE position > $1::bigint AND aggregate_type = 'order'`;
const inReplies = `SELECT data->>'orderId' AS id FROM outbox_message WHERE position > $1::bigint AND data ? 'orderId'`;

/** `undefined` when so much has moved that everything should be looked at. */
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
