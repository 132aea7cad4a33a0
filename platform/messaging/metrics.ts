/** Metrics of messaging; without a registry they are not exported, so that callers need no check. */

import type { Sql } from '../database/transaction.ts';
import { Counter, Gauge, Histogram, type Registry, scrapeTimeGauges } from '../observability/metrics.ts';
import type { Bus } from './bus/bus.ts';

// 1 ms to 10 s for one handler; what takes longer has lost its lock.
const handlerBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
// 5 ms to 10 min from the event to its consumer: the upper end is a stalled queue.
const delayBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600];

const registers = (registry: Registry | undefined) => (registry ? [registry] : []);

export const consumerMetrics = (registry?: Registry) => ({
  handled: new Counter({
    name: 'agora_messages_handled_total',
    help: 'Tries to handle a message, by outcome (done, failed).',
    labelNames: ['queue', 'type', 'outcome'],
    registers: registers(registry),
  }),
  duration: new Histogram({
    name: 'agora_message_duration_seconds',
    help: 'How long one try to handle a message took.',
    labelNames: ['queue', 'type'],
    buckets: handlerBuckets,
    registers: registers(registry),
  }),
  delay: new Histogram({
    name: 'agora_message_delay_seconds',
    help: 'From occurredAt of a message to the start of an attempt to handle it.',
    labelNames: ['queue', 'type'],
    buckets: delayBuckets,
    registers: registers(registry),
  }),
  dead: new Counter({
    name: 'agora_dead_letters_total',
    help: 'Messages that became a dead letter: each needs a person.',
    labelNames: ['queue', 'type'],
    registers: registers(registry),
  }),
});

/**
 * Read at each scrape. While the queue cannot be reached the counts keep their last values, since dead letters do not go
 * away by themselves, and the age is absent.
 */
export const measureQueue = (registry: Registry | undefined, bus: Bus, queue: string): void => {
  new Gauge({
    name: 'agora_queue_messages',
    help: 'Messages in the queue, by state (waiting, active, delayed, dead).',
    labelNames: ['queue', 'state'],
    registers: registers(registry),
    async collect() {
      const counts = await bus.counts(queue).catch(() => ({}));
      for (const [state, count] of Object.entries(counts)) this.set({ queue, state }, count);
    },
  });
  if (!registry) return;
  scrapeTimeGauges(registry, () => bus.oldestWaitingMs(queue), [
    {
      name: 'agora_queue_oldest_waiting_seconds',
      help: 'Time in the queue of the message that is next in line; 0 when none waits.',
      labelNames: ['queue'],
      read: (ms) => [[{ queue }, ms / 1_000]],
    },
  ]);
};

export const relayMetrics = (registry?: Registry) => ({
  published: new Counter({
    name: 'agora_outbox_published_total',
    help: 'Outbox rows marked as published.',
    registers: registers(registry),
  }),
  failures: new Counter({
    name: 'agora_outbox_publish_failures_total',
    help: 'Batches that could not be published and were put back.',
    registers: registers(registry),
  }),
  connected: new Gauge({
    name: 'agora_outbox_relay_connected',
    help: '1 while the relay has its connection to the database, else 0.',
    registers: registers(registry),
  }),
});

// 100 000: counting them in their index takes 0.1 s on a busy machine, and beyond that the number does not matter.
const countedAtMost = 100_000;

/** Both parts read the index of unpublished rows. `greatest`: the database's clock may have been set back. */
const lag = `
  SELECT (SELECT count(*) FROM (SELECT FROM outbox_message WHERE published_at IS NULL LIMIT ${countedAtMost}) AS counted)::int
           AS waiting,
         greatest(0, (SELECT extract(epoch FROM clock_timestamp() - occurred_at)
                        FROM outbox_message WHERE published_at IS NULL ORDER BY position LIMIT 1))::float8
           AS "oldestSeconds"`;

interface Lag {
  readonly waiting: number;
  readonly oldestSeconds: number;
}

/** How far the relay is behind; no series while the database does not answer (see `scrapeTimeGauges`). */
export const measureOutbox = (registry: Registry, database: Pick<Sql, '$queryRawUnsafe'>): void =>
  scrapeTimeGauges(registry, async () => (await database.$queryRawUnsafe<Lag[]>(lag))[0] as Lag, [
    {
      name: 'agora_outbox_waiting_messages',
      help: `Outbox rows that are not published yet, counted up to ${countedAtMost}.`,
      read: ({ waiting }) => waiting,
    },
    {
      name: 'agora_outbox_oldest_waiting_seconds',
      help: 'Age of the oldest outbox row that is not published yet; 0 when there is none.',
      read: ({ oldestSeconds }) => oldestSeconds,
    },
  ]);
