/** How the checkouts of all customers stand, read from the orders at each scrape. */

import type { Registry } from '#platform/observability/metrics.ts';
import { scrapeTimeGauges } from '#platform/observability/scrape-gauges.ts';
import type { PrismaClient } from '#prisma/order/client/client.ts';
import { type OrderStatus, orderStatuses } from '../../domain/checkout/statuses.ts';
import { steps } from '../../domain/checkout/steps.ts';

/** Where something is awaited, if only the customer's next try to pay. */
const underWay = orderStatuses.filter((status) => steps[status].waits);
const needsAttention: OrderStatus = 'NEEDS_ATTENTION';

interface Standing {
  readonly byStatus: Readonly<Partial<Record<OrderStatus, number>>>;
  readonly overdueSeconds: number;
}

/** Reads the entries of these statuses in the index of statuses, and one entry of that of deadlines, however many have ended. */
const standing = async (prisma: PrismaClient): Promise<Standing> => {
  const [row] = await prisma.$queryRaw<Standing[]>`
    SELECT (SELECT coalesce(json_object_agg(status, orders), '{}')
              FROM (SELECT status, count(*) AS orders FROM customer_order
                     WHERE status = ANY (${[...underWay, needsAttention]}::text[]) GROUP BY status) AS counted) AS "byStatus",
           greatest(0, (SELECT extract(epoch FROM clock_timestamp() - min(step_deadline))
                          FROM customer_order))::float8 AS "overdueSeconds"`;
  return row as Standing;
};

/** Measures until the process ends. Without a series while the database does not answer (see `scrapeTimeGauges`). */
export const measureCheckouts = (registry: Registry, prisma: PrismaClient): void =>
  scrapeTimeGauges(registry, () => standing(prisma), [
    {
      name: 'agora_orders_in_checkout',
      help: 'Orders whose checkout is under way, by status; PAYMENT_FAILED waits for the customer.',
      labelNames: ['status'],
      read: ({ byStatus }) => underWay.map((status) => [{ status }, byStatus[status] ?? 0]),
    },
    {
      name: 'agora_orders_needing_attention',
      help: 'Orders whose undoing failed or whose payment was another amount: each needs a person.',
      read: ({ byStatus }) => byStatus[needsAttention] ?? 0,
    },
    {
      name: 'agora_order_most_overdue_seconds',
      help: 'For how long the time-out of the most overdue step has been over without being acted on; 0 when none is.',
      read: ({ overdueSeconds }) => overdueSeconds,
    },
  ]);
