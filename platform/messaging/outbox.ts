import type { NewMessage, Outbox } from '#contracts/envelope.ts';
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
