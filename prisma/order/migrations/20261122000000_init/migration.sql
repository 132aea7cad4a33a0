-- CreateTable
CREATE TABLE "cart" (
    "id" TEXT NOT NULL,
    "customer_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cart_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cart_line" (
    "id" TEXT NOT NULL,
    "cart_id" TEXT NOT NULL,
    "variant_id" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cart_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "catalogue_product" (
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,

    CONSTRAINT "catalogue_product_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "catalogue_variant" (
    "id" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "price_amount" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "is_removed" BOOLEAN NOT NULL,

    CONSTRAINT "catalogue_variant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customer_order" (
    "id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "total_amount" INTEGER NOT NULL,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "attempt_id" TEXT NOT NULL,
    "attempt_number" INTEGER NOT NULL,
    "payment_method_token" TEXT,
    "payment_status" TEXT NOT NULL,
    "payment_id" TEXT,
    "action_url" TEXT,
    "step_deadline" TIMESTAMPTZ(3),
    "step_sends" INTEGER NOT NULL,
    "undo" TEXT[],
    "heading" TEXT,
    "failure" JSONB,

    CONSTRAINT "customer_order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_line" (
    "order_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "variant_id" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_amount" INTEGER NOT NULL,

    CONSTRAINT "order_line_pkey" PRIMARY KEY ("order_id","position")
);

-- CreateTable
CREATE TABLE "attempt" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_event" (
    "order_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "status" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "detail" TEXT,

    CONSTRAINT "order_event_pkey" PRIMARY KEY ("order_id","version")
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
CREATE UNIQUE INDEX "cart_customer_id_key" ON "cart"("customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "cart_line_cart_id_variant_id_key" ON "cart_line"("cart_id", "variant_id");

-- CreateIndex
CREATE INDEX "catalogue_variant_product_id_idx" ON "catalogue_variant"("product_id");

-- CreateIndex
CREATE UNIQUE INDEX "customer_order_number_key" ON "customer_order"("number");

-- CreateIndex
CREATE UNIQUE INDEX "customer_order_attempt_id_key" ON "customer_order"("attempt_id");

-- CreateIndex
CREATE INDEX "customer_order_customer_id_id_idx" ON "customer_order"("customer_id", "id");

-- CreateIndex
CREATE INDEX "customer_order_status_id_idx" ON "customer_order"("status", "id");

-- CreateIndex
CREATE INDEX "customer_order_step_deadline_idx" ON "customer_order"("step_deadline");

-- CreateIndex
CREATE UNIQUE INDEX "attempt_order_id_number_key" ON "attempt"("order_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_id_key" ON "outbox_message"("id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_aggregate_type_aggregate_id_sequence_key" ON "outbox_message"("aggregate_type", "aggregate_id", "sequence");

-- AddForeignKey
ALTER TABLE "cart_line" ADD CONSTRAINT "cart_line_cart_id_fkey" FOREIGN KEY ("cart_id") REFERENCES "cart"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "catalogue_variant" ADD CONSTRAINT "catalogue_variant_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "catalogue_product"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_line" ADD CONSTRAINT "order_line_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "customer_order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "customer_order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_event" ADD CONSTRAINT "order_event_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "customer_order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows is written by hand: Prisma's schema cannot say it.

-- The invariants that SQL can state.
ALTER TABLE "cart_line" ADD CONSTRAINT "cart_line_quantity" CHECK ("quantity" BETWEEN 1 AND 99);
ALTER TABLE "catalogue_product" ADD CONSTRAINT "catalogue_product_status" CHECK ("status" IN ('DRAFT', 'PUBLISHED', 'ARCHIVED'));
ALTER TABLE "catalogue_product" ADD CONSTRAINT "catalogue_product_sequence" CHECK ("sequence" >= 1);
ALTER TABLE "catalogue_variant" ADD CONSTRAINT "catalogue_variant_price" CHECK ("price_amount" >= 0 AND "currency" IN ('EUR', 'USD', 'GBP'));
ALTER TABLE "order_line" ADD CONSTRAINT "order_line_amounts" CHECK ("quantity" >= 1 AND "unit_amount" >= 0 AND "position" >= 1);
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_number" CHECK ("number" >= 1);
ALTER TABLE "customer_order"
  ADD CONSTRAINT "customer_order_total" CHECK ("total_amount" >= 0 AND "currency" IN ('EUR', 'USD', 'GBP')),
  ADD CONSTRAINT "customer_order_counts" CHECK ("version" >= 1 AND "attempt_number" >= 1 AND "step_sends" >= 0),
  ADD CONSTRAINT "customer_order_status" CHECK ("status" IN
    ('PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'CONFIRMED', 'REJECTED', 'PAYMENT_FAILED', 'COMPENSATING', 'CANCELLED', 'NEEDS_ATTENTION')),
  ADD CONSTRAINT "customer_order_payment_status" CHECK ("payment_status" IN
    ('NONE', 'PENDING', 'ACTION_REQUIRED', 'AUTHORIZED', 'PAID', 'DECLINED', 'VOIDED', 'REFUNDED')),
  -- Whatever waits has a time-out: no order can be forgotten half-way.
  ADD CONSTRAINT "customer_order_deadline" CHECK
    (("step_deadline" IS NOT NULL) = ("status" IN ('PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'COMPENSATING', 'PAYMENT_FAILED'))),
  -- What is to be undone, and where that leads, is known exactly while it is being undone.
  ADD CONSTRAINT "customer_order_undo" CHECK
    ("undo" IS NOT NULL
     AND ("status" IN ('COMPENSATING', 'NEEDS_ATTENTION')) = (cardinality("undo") > 0)
     AND (cardinality("undo") > 0) = ("heading" IS NOT NULL)
     AND "heading" IN ('PAYMENT_FAILED', 'CANCELLED')
     AND "undo" <@ ARRAY['payment', 'stock']),
  ADD CONSTRAINT "customer_order_failure" CHECK
    (("failure" IS NULL) = ("status" IN ('PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'CONFIRMED'))),
  ADD CONSTRAINT "customer_order_paid" CHECK ("status" <> 'CONFIRMED' OR "payment_status" = 'PAID');

-- Finds what the relay still has to publish without a look at the history.
CREATE INDEX "outbox_message_unpublished" ON "outbox_message" ("position") WHERE "published_at" IS NULL;

-- Wakes the relay.
CREATE FUNCTION notify_outbox_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox_message', '');
  RETURN NULL;
END;
$$;
CREATE TRIGGER "outbox_message_notify" AFTER INSERT ON "outbox_message"
  FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox_message();

-- Wakes those who wait for an order (placeOrder with waitMs).
CREATE FUNCTION notify_order_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('order_changed', NEW.id);
  RETURN NULL;
END;
$$;
CREATE TRIGGER "customer_order_notify" AFTER UPDATE OF "version" ON "customer_order"
  FOR EACH ROW EXECUTE FUNCTION notify_order_changed();

-- The timeline is history: it is added to and never rewritten.
CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END;
$$;
CREATE TRIGGER "order_event_append_only" BEFORE UPDATE OR DELETE ON "order_event"
  FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_history();
