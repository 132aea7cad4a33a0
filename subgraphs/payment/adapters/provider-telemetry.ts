/** What operators see of a provider that is not understood: log lines and metrics. */
import type { Logger } from '#platform/observability/log.ts';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import type { Telemetry } from '../usecases/ports.ts';

export const signals = (log: Logger, metrics: Registry): Telemetry => {
  const registers = [metrics];
  const contradictions = new Counter({
    name: 'payment_provider_contradictions_total',
    help: 'Answers of the payment provider about other money than it was asked about.',
    registers,
  });
  const unreadable = new Counter({
    name: 'payment_unreadable_webhooks_total',
    help: 'Webhooks that were signed and make no sense; kept in unreadable_webhook.',
    registers,
  });
  return {
    contradicted: ({ id, attemptId, orderId, provider }, fault) => {
      contradictions.inc();
      log.error(
        { paymentId: id, attemptId, orderId, provider, fault },
        'the payment provider contradicts what it was asked',
      );
    },
    // Not the body: whatever a provider sends may hold what does not belong in a log.
    unreadable: ({ provider, body, unreadableBecause }) => {
      unreadable.inc();
      log.error(
        { provider, bytes: body.length, reason: unreadableBecause },
        'a signed webhook makes no sense; it is kept',
      );
    },
  };
};
