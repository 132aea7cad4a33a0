/** Metrics and log lines about mail: ids and codes, never an address or a word of it. */
import type { Logger } from '#platform/observability/log.ts';
import { Counter, type Registry, scrapeTimeGauges } from '#platform/observability/metrics.ts';
import type { DeliveryQueue, MailTelemetry } from '../../usecases/mail/ports.ts';

export const mailTelemetry = (log: Logger, metrics: Registry): MailTelemetry => {
  const attempts = new Counter({
    name: 'agora_mail_attempts_total',
    help: 'Attempts to send a mail, by outcome: sent; refused and expired are final; postponed, lost and unavailable ones are repeated.',
    labelNames: ['kind', 'outcome'],
    registers: [metrics],
  });
  return {
    ended: ({ id, kind }, outcome, reason) => {
      attempts.inc({ kind, outcome });
      if (outcome === 'refused' || outcome === 'expired')
        log.error({ deliveryId: id, kind, outcome, reason }, 'mail could not be delivered; given up');
      else if (outcome !== 'sent')
        log.warn({ deliveryId: id, kind, outcome, reason }, 'mail was not sent; will be retried');
    },
    failed: (error) => log.error({ err: error }, 'sending a mail failed; retried when its lease ends'),
  };
};

/** What waits, asked of the database at each scrape. */
export const measureMail = (metrics: Registry, queue: DeliveryQueue): void =>
  scrapeTimeGauges(metrics, queue.pending, [
    { name: 'agora_mail_pending', help: 'Mails that are waiting to be sent.', read: ({ count }) => count },
    {
      name: 'agora_mail_oldest_pending_seconds',
      help: 'How long ago the oldest mail that is waiting was caused.',
      read: ({ oldestSeconds }) => oldestSeconds,
    },
  ]);
