/** What operators see of checkouts: log lines, counters, and gauges that are read from the orders at each scrape. */

import type { Logger } from '#platform/observability/log.ts';
import { Counter, Histogram, type Registry, scrapeTimeGauges } from '#platform/observability/metrics.ts';
import type { PrismaClient } from '#prisma/order/client/client.ts';
import { type OrderStatus, orderStatuses, steps } from '../../domain/checkout/steps.ts';
import type { Telemetry } from '../../usecases/ports.ts';

export const telemetry = (log: Logger, metrics: Registry): Telemetry => {
  const registers = [metrics];
  const transitions = new Counter({
    name: 'agora_order_transitions_total',
    help: 'Changes of orders from one status to another.',
    labelNames: ['from', 'to'],
    registers,
  });
  const interventions = new Counter({
    name: 'agora_order_manual_interventions_total',
    help: 'Times that an order needed an operator.',
    registers,
  });
  const duration = new Histogram({
    name: 'agora_checkout_duration_seconds',
    help: 'From placing an order to where its checkout first came to rest.',
    labelNames: ['status'],
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60],
    registers,
  });
  return {
    moved: (from, to, tookMs) => {
      transitions.inc({ from: from ?? 'NONE', to });
      if (to === 'CONFIRMED' || to === 'REJECTED' || to === 'PAYMENT_FAILED')
        duration.observe({ status: to }, tookMs / 1_000);
    },
    manualIntervention: ({ id, number, status }, reason) => {
      interventions.inc();
      log.error({ orderId: id, number, status, reason }, 'an order needs attention');
    },
    ignored: ({ id, status }, because) => log.debug({ orderId: id, status, because }, 'ignored'),
    failed: (orderId, error) => log.error({ orderId, err: error }, 'the time-out of an order could not be handled'),
  };
};

/** Checkouts that wait for something, if only for the customer's next try to pay. */
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
      help: 'Orders whose undoing failed or whose payment was another amount: each needs an operator.',
      read: ({ byStatus }) => byStatus[needsAttention] ?? 0,
    },
    {
      name: 'agora_order_most_overdue_seconds',
      help: 'For how long the time-out of the most overdue step has been over without being acted on; 0 when none is.',
      read: ({ overdueSeconds }) => overdueSeconds,
    },
  ]);
