import { withClient } from '#platform/database/client.ts';
import { percentile } from './meters.ts';

export interface OrderTimes {
  readonly orders: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

// From the row of the order, which is written by placeOrder, to the row of its timeline that says CONFIRMED.
const sql = `
  SELECT extract(epoch FROM min(event.at) - placed.placed_at)::float8 * 1000 AS ms
    FROM customer_order placed JOIN order_event event ON event.order_id = placed.id AND event.status = 'CONFIRMED'
   WHERE placed.placed_at >= $1
   GROUP BY placed.id ORDER BY 1`;

/** How long the orders placed since then took to be confirmed, by the shop's own clock. */
export const orderTimes = (databaseUrl: string, since: Date): Promise<OrderTimes> =>
  withClient(databaseUrl, async (client) => {
    const times = (await client.query<{ ms: number }>(sql, [since])).rows.map(({ ms }) => ms);
    return { orders: times.length, p50Ms: percentile(times, 0.5), p95Ms: percentile(times, 0.95) };
  });
