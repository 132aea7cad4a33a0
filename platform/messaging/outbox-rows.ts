/** The statements of the relay over the outbox. */
import type pg from 'pg';
import type { Envelope } from '#contracts/envelope.ts';
import type { MessageId } from '#contracts/ids.ts';

export interface OutboxRow {
  readonly position: string;
  readonly id: MessageId;
  readonly type: string;
  readonly version: number;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly sequence: number;
  readonly occurred_at: Date;
  readonly correlation_id: string;
  readonly traceparent: string | null;
  readonly data: unknown;
}

/**
 * Leases up to `limit` unpublished rows, oldest first.
 *
 * One message to the server, and so one transaction: the lock lets relays claim one after the other, so each sees the
 * leases of those before it. With that, a row is passed over while an earlier one of its aggregate is in another's
 * hands, and messages of an aggregate are published in their order. The lock is gone before anything is published.
 *
 * The inner query leaves out that the earlier row is unpublished (only such rows are leased): saying it makes the
 * index of unpublished rows look cheap there, and after a long absence of the queue, with 100 000 of them, it is not.
 */
export const claim = async (client: pg.Client, limit: number, leaseMs: number): Promise<OutboxRow[]> => {
  const results = (await client.query(`
    SELECT pg_advisory_xact_lock(hashtext('outbox_message'));
    UPDATE outbox_message
       SET leased_until = clock_timestamp() + interval '${Math.trunc(leaseMs)} milliseconds'
     WHERE position IN (
       SELECT position FROM outbox_message AS candidate
        WHERE published_at IS NULL
          AND (leased_until IS NULL OR leased_until < clock_timestamp())
          AND NOT EXISTS (
            SELECT 1 FROM outbox_message AS earlier
             WHERE earlier.aggregate_type = candidate.aggregate_type
               AND earlier.aggregate_id = candidate.aggregate_id
               AND earlier.sequence < candidate.sequence
               AND earlier.leased_until >= clock_timestamp())
        ORDER BY position
        LIMIT ${Math.trunc(limit)}
          FOR UPDATE SKIP LOCKED)
    RETURNING position, id, type, version, aggregate_type, aggregate_id, sequence,
              occurred_at, correlation_id, traceparent, data`)) as unknown as pg.QueryResult<OutboxRow>[];
  // RETURNING promises no order.
  return (results[1]?.rows ?? []).toSorted((a, b) => Number(BigInt(a.position) - BigInt(b.position)));
};

export const markPublished = async (client: pg.Client, rows: readonly OutboxRow[]): Promise<void> => {
  if (rows.length === 0) return;
  await client.query(
    'UPDATE outbox_message SET published_at = clock_timestamp(), leased_until = NULL WHERE position = ANY ($1)',
    [rows.map(({ position }) => position)],
  );
};

/** Ends the lease, or (`afterMs`) lets it run that much longer before anybody may claim the rows again. */
export const releaseLease = async (client: pg.Client, rows: readonly OutboxRow[], afterMs: number): Promise<void> => {
  await client.query(
    `UPDATE outbox_message SET leased_until = clock_timestamp() + $2 * interval '1 millisecond'
      WHERE position = ANY ($1) AND published_at IS NULL`,
    [rows.map(({ position }) => position), afterMs],
  );
};

/** The rows are our own, so they are trusted; whoever takes the message from the queue parses it. */
export const toEnvelope = (row: OutboxRow): Envelope => ({
  id: row.id,
  type: row.type,
  version: row.version,
  occurredAt: row.occurred_at.toISOString(),
  aggregate: { type: row.aggregate_type, id: row.aggregate_id },
  sequence: row.sequence,
  correlationId: row.correlation_id,
  ...(row.traceparent && { traceparent: row.traceparent }),
  data: row.data,
});
