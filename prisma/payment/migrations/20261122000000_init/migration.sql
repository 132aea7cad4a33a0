-- CreateEnum
CREATE TYPE "currency" AS ENUM ('EUR', 'USD', 'GBP');

-- CreateEnum
CREATE TYPE "payment_status" AS ENUM ('AUTHORIZING', 'PROCESSING', 'ACTION_REQUIRED', 'CONFIRMING', 'AUTHORIZED', 'DECLINED', 'CAPTURING', 'CAPTURED', 'CAPTURE_FAILED', 'CANCELLING', 'VOIDING', 'REFUNDING', 'VOIDED', 'REFUNDED', 'VOID_FAILED', 'REFUND_FAILED', 'WITHDRAWN');

-- CreateEnum
CREATE TYPE "decline_reason" AS ENUM ('CARD_DECLINED', 'INSUFFICIENT_FUNDS', 'EXPIRED_CARD', 'INVALID_METHOD', 'WITHDRAWN');

-- CreateEnum
CREATE TYPE "operation_kind" AS ENUM ('AUTHORIZE', 'CONFIRM', 'CAPTURE', 'VOID', 'REFUND');

-- CreateEnum
CREATE TYPE "ledger_kind" AS ENUM ('AUTHORIZATION', 'VOID', 'CAPTURE', 'REFUND');

-- CreateTable
CREATE TABLE "payment" (
    "id" TEXT NOT NULL,
    "attempt_id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "status" "payment_status" NOT NULL,
    "amount" INTEGER NOT NULL,
    "currency" "currency" NOT NULL,
    "authorized" INTEGER NOT NULL DEFAULT 0,
    "captured" INTEGER NOT NULL DEFAULT 0,
    "refunded" INTEGER NOT NULL DEFAULT 0,
    "provider" TEXT NOT NULL,
    "reference" TEXT,
    "decline_reason" "decline_reason",
    "reason_text" TEXT,
    "action_url" TEXT,
    "next_check_at" TIMESTAMPTZ(3),
    "correlation_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "withdrawn_attempt" (
    "attempt_id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "withdrawn_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "withdrawn_attempt_pkey" PRIMARY KEY ("attempt_id")
);

-- CreateTable
CREATE TABLE "operation" (
    "key" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "kind" "operation_kind" NOT NULL,
    "amount" INTEGER,
    "secret" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),
    "outcome" TEXT,

    CONSTRAINT "operation_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "id" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "kind" "ledger_kind" NOT NULL,
    "amount" INTEGER NOT NULL,
    "currency" "currency" NOT NULL,
    "operation_key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_event" (
    "provider" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "provider_event_pkey" PRIMARY KEY ("provider","event_id")
);

-- CreateTable
CREATE TABLE "outbox_message" (
    "position" BIGSERIAL NOT NULL,
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "aggregate_type" TEXT NOT NULL,
    "aggregate_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "traceparent" TEXT,
    "data" JSONB NOT NULL,
    "published_at" TIMESTAMPTZ(3),
    "leased_until" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_message_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "inbox_message" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "actor" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "result" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("actor","operation","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "payment_attempt_id_key" ON "payment"("attempt_id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_reference_key" ON "payment"("reference");

-- CreateIndex
CREATE INDEX "payment_order_id_id_idx" ON "payment"("order_id", "id");

-- CreateIndex
CREATE INDEX "operation_payment_id_kind_idx" ON "operation"("payment_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_entry_payment_id_kind_operation_key_key" ON "ledger_entry"("payment_id", "kind", "operation_key");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_id_key" ON "outbox_message"("id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_aggregate_type_aggregate_id_sequence_key" ON "outbox_message"("aggregate_type", "aggregate_id", "sequence");

-- AddForeignKey
ALTER TABLE "operation" ADD CONSTRAINT "operation_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- From here on by hand: what Prisma cannot say.

-- What may never be, whatever the code does.
ALTER TABLE payment
  ADD CONSTRAINT payment_amount_not_negative CHECK (amount >= 0),
  ADD CONSTRAINT payment_authorized_within_amount CHECK (authorized BETWEEN 0 AND amount),
  ADD CONSTRAINT payment_captured_within_authorized CHECK (captured BETWEEN 0 AND authorized),
  ADD CONSTRAINT payment_refunded_within_captured CHECK (refunded BETWEEN 0 AND captured),
  ADD CONSTRAINT payment_captured_has_money CHECK (status <> 'CAPTURED' OR captured > 0),
  ADD CONSTRAINT payment_undone_keeps_nothing CHECK (
    status NOT IN ('DECLINED', 'WITHDRAWN', 'VOIDED', 'REFUNDED') OR captured = refunded),
  ADD CONSTRAINT payment_declined_with_reason CHECK (
    (status IN ('DECLINED', 'WITHDRAWN')) = (decline_reason IS NOT NULL));

ALTER TABLE operation
  ADD CONSTRAINT operation_amount_positive CHECK (amount > 0),
  ADD CONSTRAINT operation_done_with_outcome CHECK ((done_at IS NULL) = (outcome IS NULL)),
  ADD CONSTRAINT operation_done_forgets_secret CHECK (done_at IS NULL OR secret IS NULL);

ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_amount_positive CHECK (amount > 0);

-- One thing at a time is in the provider's hands; and the sweep finds what is due.
CREATE UNIQUE INDEX operation_one_open ON operation (payment_id) WHERE done_at IS NULL;
CREATE INDEX operation_due ON operation (next_try_at) WHERE done_at IS NULL;
CREATE INDEX payment_check_due ON payment (next_check_at) WHERE next_check_at IS NOT NULL;

-- An attempt is held once, let go once, captured once. (Refunds may come in parts.)
CREATE UNIQUE INDEX ledger_entry_once ON ledger_entry (payment_id, kind) WHERE kind <> 'REFUND';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE INDEX outbox_message_unpublished ON outbox_message (position) WHERE published_at IS NULL;
CREATE FUNCTION notify_outbox_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox_message', '');
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_message_notify AFTER INSERT ON outbox_message
  FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox_message();

-- The simulator's own memory (adapters/simulator): an outside system that happens to live on the same server. Nothing
-- of ours refers to it, and no transaction spans both.
CREATE SCHEMA simulator;
CREATE TABLE simulator.payment (
  reference text PRIMARY KEY,
  attempt text NOT NULL,
  token text NOT NULL,
  amount integer NOT NULL,
  currency text NOT NULL,
  status text NOT NULL CHECK (
    status IN ('processing', 'requires_action', 'requires_capture', 'declined', 'captured', 'canceled')),
  captured integer NOT NULL DEFAULT 0,
  refunded integer NOT NULL DEFAULT 0,
  decline_reason text,
  settles_at timestamptz
);
CREATE INDEX payment_settles ON simulator.payment (settles_at) WHERE status = 'processing';
-- The answer to each idempotency key; null while the first request with it is lost on the way.
CREATE TABLE simulator.answer (
  key text PRIMARY KEY,
  request text NOT NULL,
  answer jsonb
);
-- What really happened to money; tests and the audit hold the ledger against it.
CREATE TABLE simulator.effect (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference text NOT NULL REFERENCES simulator.payment,
  kind text NOT NULL CHECK (kind IN ('AUTHORIZATION', 'VOID', 'CAPTURE', 'REFUND')),
  amount integer NOT NULL CHECK (amount > 0),
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX effect_reference ON simulator.effect (reference);
CREATE TABLE simulator.webhook (
  event text NOT NULL,
  copy integer NOT NULL,
  body text NOT NULL,
  due_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  delivered_at timestamptz,
  PRIMARY KEY (event, copy)
);
CREATE INDEX webhook_due ON simulator.webhook (due_at) WHERE delivered_at IS NULL;
