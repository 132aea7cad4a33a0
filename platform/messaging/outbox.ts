import type pg from 'pg';
import type { Envelope, NewMessage, Outbox } from '#contracts/envelope.ts';
import { type MessageId, newId } from '#contracts/ids.ts';
import type { Sql } from '../database/transaction.ts';
import { currentContext } from '../observability/context.ts';
import { inSpan, SpanKind } from '../observability/tracing.ts';

/**
 * Positions and sequences are given in the order of the list. `sequence` is safe to count here because whoever
 * writes messages of an aggregate holds the lock on its row; should two ever race, the unique index refuses one.
 */
const insert = `
  INSERT INTO outbox_message
    (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, traceparent, data)
  SELECT id, type, version, aggregate_type, aggregate_id,
         (SELECT coalesce(max(earlier.sequence), 0) FROM outbox_message earlier
           WHERE earlier.aggregate_type = added.aggregate_type AND earlier.aggregate_id = added.aggregate_id)
         + row_number() OVER (PARTITION BY aggregate_type, aggregate_id ORDER BY place),
         clock_timestamp(), $2, $3, data
    FROM jsonb_to_recordset($1::jsonb) AS added
         (place int, id text, type text, version int, aggregate_type text, aggregate_id text, data jsonb)
   ORDER BY place`;

const row = (message: NewMessage, place: number, id: MessageId) => ({
  place,
  id,
  type: message.type,
  version: message.version,
  aggregate_type: message.aggregate.type,
  aggregate_id: message.aggregate.id,
  data: message.data,
});

/**
 * Where a use case puts its messages. They are rows in the caller's transaction, so they exist exactly when the
 * change they tell of does; the relay publishes them after the commit.
 */
export const outbox = (tx: Sql, newMessageId = (): MessageId => newId('Message')): Outbox => ({
  add: async (...messages) => {
    if (messages.length === 0) return;
    const attributes = { 'agora.messages': messages.map(({ type }) => type) };
    await inSpan('outbox add', { kind: SpanKind.PRODUCER, attributes }, async () => {
      // Of this very span: what is done with the messages hangs below it, in whatever process, however much later.
      const { correlationId, traceparent } = currentContext();
      const rows = messages.map((message, place) => row(message, place, newMessageId()));
      await tx.$executeRawUnsafe(insert, JSON.stringify(rows), correlationId, traceparent ?? null);
    });
  },
});

/** The statements of the relay over the outbox. */

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
