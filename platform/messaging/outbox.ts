import type pg from 'pg';
import type { Envelope, NewMessage, Outbox } from '#contracts/envelope.ts';
import { type MessageId, newId } from '#contracts/ids.ts';
import type { Sql } from '../database/transaction.ts';
import { currentContext } from '../observability/context.ts';
import { inSpan, SpanKind } from '../observability/tracing.ts';

/**
 * Positions and sequences follow the order of the list. Counting `sequence` here is safe because writers of an aggregate's
 * messages hold the lock on its row; should two ever race, the unique index refuses one.
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
 * Messages are rows in the caller's transaction, so they exist exactly when the change they report does; the relay
 * publishes them after the commit.
 */
export const outbox = (tx: Sql, newMessageId = (): MessageId => newId('Message')): Outbox => ({
  add: async (...messages) => {
    if (messages.length === 0) return;
    const attributes = { 'agora.messages': messages.map(({ type }) => type) };
    await inSpan('outbox add', { kind: SpanKind.PRODUCER, attributes }, async () => {
      // Of this very span: processing the messages continues below it, in whatever process.
      const { correlationId, traceparent } = currentContext();
      const rows = messages.map((message, place) => row(message, place, newMessageId()));
      await tx.$executeRawUnsafe(insert, JSON.stringify(rows), correlationId, traceparent ?? null);
    });
  },
});

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
 * One round trip and so one transaction: the lock makes relays claim one after the other, so each sees earlier leases. A
 * row is skipped while an earlier one of its aggregate is leased, so messages of an aggregate are published in order. The
 * lock is released before anything is published.
 *
 * The inner query does not say that the earlier row is unpublished (only such rows are leased): that would make the
 * planner use the index of unpublished rows, which is slow when 100 000 have piled up during an outage of the queue.
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

/** Ends the lease, or extends it by `afterMs`. */
export const releaseLease = async (client: pg.Client, rows: readonly OutboxRow[], afterMs: number): Promise<void> => {
  await client.query(
    `UPDATE outbox_message SET leased_until = clock_timestamp() + $2 * interval '1 millisecond'
      WHERE position = ANY ($1) AND published_at IS NULL`,
    [rows.map(({ position }) => position), afterMs],
  );
};

/** The rows are our own and trusted; consumers parse the message. */
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
