-- The tables that messaging needs in every subgraph's database. A subgraph's first migration has them as Prisma writes
-- them, and tables.db.test.ts compares the two; a database for tests or benchmarks is made from here.

CREATE TABLE outbox_message (
  position bigserial PRIMARY KEY,
  id text NOT NULL,
  type text NOT NULL,
  version int NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id text NOT NULL,
  sequence int NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  correlation_id text NOT NULL,
  traceparent text,
  data jsonb NOT NULL,
  published_at timestamptz(3),
  leased_until timestamptz(3)
);
CREATE UNIQUE INDEX outbox_message_id_key ON outbox_message (id);
CREATE UNIQUE INDEX outbox_message_aggregate_type_aggregate_id_sequence_key
  ON outbox_message (aggregate_type, aggregate_id, sequence);
-- The relay looks for unpublished rows only; most rows are history.
CREATE INDEX outbox_message_unpublished ON outbox_message (position) WHERE published_at IS NULL;

-- Wakes the relay at the commit, once per statement.
CREATE FUNCTION notify_outbox_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox_message', '');
  RETURN NULL;
END
$$;
CREATE TRIGGER outbox_message_notify AFTER INSERT ON outbox_message
  FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox_message();

CREATE TABLE inbox_message (
  id text PRIMARY KEY,
  type text NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE idempotency_key (
  actor text NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  result jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (actor, operation, key)
);
CREATE INDEX idempotency_key_created_at_idx ON idempotency_key USING brin (created_at);
