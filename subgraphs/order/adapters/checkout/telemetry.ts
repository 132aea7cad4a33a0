/** What operators see of checkouts: log lines and metrics. */
import type { Logger } from '#platform/observability/log.ts';
import { Counter, Histogram, type Registry } from '#platform/observability/metrics.ts';
import type { Signals } from '../../usecases/ports.ts';

export const signals = (log: Logger, metrics: Registry): Signals => {
  const registers = [metrics];
  const transitions = new Counter({
    name: 'agora_order_transitions_total',
    help: 'Changes of orders from one status to another.',
    labelNames: ['from', 'to'],
    registers,
  });
  const alarms = new Counter({
    name: 'agora_order_alarms_total',
    help: 'Times that an order called for a person.',
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
    alarm: ({ id, number, status }, alarm) => {
      alarms.inc();
      log.error({ orderId: id, number, status, alarm }, 'an order needs attention');
    },
    ignored: ({ id, status }, because) => log.debug({ orderId: id, status, because }, 'ignored'),
    failed: (orderId, error) => log.error({ orderId, err: error }, 'the time-out of an order could not be dealt with'),
  };
};
