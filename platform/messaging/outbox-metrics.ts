/** How far the relay is behind: what waits in the outbox, read at each scrape. */

import type { Sql } from '../database/transaction.ts';
import type { Registry } from '../observability/metrics.ts';
import { scrapeTimeGauges } from '../observability/scrape-gauges.ts';

// 100 000: counting them in their index takes 0.1 s on a busy machine, and beyond that nobody needs to know how many.
const countedAtMost = 100_000;

/** Both parts read the index of unpublished rows. The database's clock may have been set back since. */
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

/** Measures until the process ends. Without a series while the database does not answer (see `scrapeTimeGauges`). */
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
