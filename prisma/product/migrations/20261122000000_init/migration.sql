-- The catalogue, its inventory, and the three tables of the platform.

-- CreateEnum
CREATE TYPE "product_status" AS ENUM ('DRAFT', 'PUBLISHED', 'ARCHIVED');

-- CreateEnum
CREATE TYPE "movement_kind" AS ENUM ('RECEIPT', 'ADJUSTMENT', 'RESERVATION', 'RELEASE', 'SALE', 'RETURN');

-- CreateEnum
CREATE TYPE "reservation_status" AS ENUM ('RESERVED', 'REJECTED', 'COMMITTED', 'RELEASED', 'EXPIRED', 'RETURNED', 'WITHDRAWN');

-- CreateTable
CREATE TABLE "category" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "parent_id" TEXT,
    "depth" SMALLINT NOT NULL,
    "parent_depth" SMALLINT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "category_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "brand" TEXT,
    "status" "product_status" NOT NULL,
    "category_id" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "product_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_variant" (
    "id" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "options" JSONB NOT NULL,
    "price_amount" INTEGER NOT NULL,
    "price_currency" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "product_variant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stock_level" (
    "variant_id" TEXT NOT NULL,
    "on_hand" INTEGER NOT NULL DEFAULT 0,
    "reserved" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "stock_level_pkey" PRIMARY KEY ("variant_id")
);

-- CreateTable
CREATE TABLE "stock_movement" (
    "id" TEXT NOT NULL,
    "variant_id" TEXT NOT NULL,
    "kind" "movement_kind" NOT NULL,
    "quantity" INTEGER NOT NULL,
    "attempt_id" TEXT,
    "reference" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stock_movement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reservation" (
    "attempt_id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "status" "reservation_status" NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "rejection" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reservation_pkey" PRIMARY KEY ("attempt_id")
);

-- CreateTable
CREATE TABLE "reservation_line" (
    "attempt_id" TEXT NOT NULL,
    "variant_id" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,

    CONSTRAINT "reservation_line_pkey" PRIMARY KEY ("attempt_id","variant_id")
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
CREATE UNIQUE INDEX "category_slug_key" ON "category"("slug");

-- CreateIndex
CREATE INDEX "category_parent_id_position_idx" ON "category"("parent_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "category_id_depth_key" ON "category"("id", "depth");

-- CreateIndex
CREATE UNIQUE INDEX "product_slug_key" ON "product"("slug");

-- CreateIndex
CREATE INDEX "product_status_title_id_idx" ON "product"("status", "title", "id");

-- CreateIndex
CREATE INDEX "product_category_id_idx" ON "product"("category_id");

-- CreateIndex
CREATE UNIQUE INDEX "product_variant_sku_key" ON "product_variant"("sku");

-- CreateIndex
CREATE INDEX "product_variant_product_id_position_idx" ON "product_variant"("product_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "stock_movement_attempt_id_variant_id_kind_key" ON "stock_movement"("attempt_id", "variant_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "stock_movement_variant_id_reference_key" ON "stock_movement"("variant_id", "reference");

-- CreateIndex
CREATE INDEX "reservation_status_expires_at_idx" ON "reservation"("status", "expires_at");

-- CreateIndex
CREATE INDEX "reservation_order_id_idx" ON "reservation"("order_id");

-- CreateIndex
CREATE INDEX "reservation_line_variant_id_idx" ON "reservation_line"("variant_id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_id_key" ON "outbox_message"("id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_aggregate_type_aggregate_id_sequence_key" ON "outbox_message"("aggregate_type", "aggregate_id", "sequence");

-- AddForeignKey
ALTER TABLE "category" ADD CONSTRAINT "category_parent_id_parent_depth_fkey" FOREIGN KEY ("parent_id", "parent_depth") REFERENCES "category"("id", "depth") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "product" ADD CONSTRAINT "product_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "category"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "product_variant" ADD CONSTRAINT "product_variant_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "stock_level" ADD CONSTRAINT "stock_level_variant_id_fkey" FOREIGN KEY ("variant_id") REFERENCES "product_variant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "stock_movement" ADD CONSTRAINT "stock_movement_variant_id_fkey" FOREIGN KEY ("variant_id") REFERENCES "product_variant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "stock_movement" ADD CONSTRAINT "stock_movement_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "reservation"("attempt_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "reservation_line" ADD CONSTRAINT "reservation_line_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "reservation"("attempt_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "reservation_line" ADD CONSTRAINT "reservation_line_variant_id_fkey" FOREIGN KEY ("variant_id") REFERENCES "product_variant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- From here on: what schema.prisma cannot say.

-- Slugs stand in web addresses and skus on labels: letters of one case, digits, single hyphens.
ALTER TABLE "category"
  ADD CONSTRAINT "category_slug_form" CHECK ("slug" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  ADD CONSTRAINT "category_three_levels" CHECK ("depth" BETWEEN 1 AND 3),
  ADD CONSTRAINT "category_parent_right_above" CHECK ("parent_depth" = "depth" - 1),
  ADD CONSTRAINT "category_only_the_top_has_no_parent" CHECK (("parent_id" IS NULL) = ("depth" = 1));

ALTER TABLE "product"
  ADD CONSTRAINT "product_slug_form" CHECK ("slug" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  ADD CONSTRAINT "product_attributes_are_a_list" CHECK (jsonb_typeof("attributes") = 'array');

ALTER TABLE "product_variant"
  ADD CONSTRAINT "product_variant_sku_form" CHECK ("sku" ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$'),
  ADD CONSTRAINT "product_variant_options_are_a_list" CHECK (jsonb_typeof("options") = 'array'),
  ADD CONSTRAINT "product_variant_price_not_negative" CHECK ("price_amount" >= 0),
  ADD CONSTRAINT "product_variant_currency_known" CHECK ("price_currency" IN ('EUR', 'USD', 'GBP'));

-- The last guard against selling a unit twice; the conditional UPDATE in stock-store.ts is the first.
ALTER TABLE "stock_level"
  ADD CONSTRAINT "stock_level_on_hand_not_negative" CHECK ("on_hand" >= 0),
  ADD CONSTRAINT "stock_level_reserved_not_negative" CHECK ("reserved" >= 0),
  ADD CONSTRAINT "stock_level_reserved_within_on_hand" CHECK ("reserved" <= "on_hand");

ALTER TABLE "stock_movement"
  ADD CONSTRAINT "stock_movement_quantity_sign" CHECK ("quantity" > 0 OR ("kind" = 'ADJUSTMENT' AND "quantity" <> 0)),
  ADD CONSTRAINT "stock_movement_has_one_cause" CHECK (num_nonnulls("attempt_id", "reference") = 1),
  ADD CONSTRAINT "stock_movement_cause_fits_kind" CHECK (("kind" IN ('RECEIPT', 'ADJUSTMENT')) = ("reference" IS NOT NULL));

-- Reserved units leave the reservation once: sold, or given back.
CREATE UNIQUE INDEX "stock_movement_sold_or_released" ON "stock_movement" ("attempt_id", "variant_id") WHERE "kind" IN ('SALE', 'RELEASE');

ALTER TABLE "reservation"
  ADD CONSTRAINT "reservation_expires_if_it_held" CHECK (("expires_at" IS NULL) = ("status" IN ('REJECTED', 'WITHDRAWN'))),
  ADD CONSTRAINT "reservation_rejected_with_reason" CHECK (("rejection" IS NOT NULL) = ("status" = 'REJECTED'));

ALTER TABLE "reservation_line"
  ADD CONSTRAINT "reservation_line_quantity_positive" CHECK ("quantity" > 0);

CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER "stock_movement_is_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "stock_movement"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

CREATE INDEX "outbox_message_unpublished" ON "outbox_message" ("position") WHERE "published_at" IS NULL;

-- Wakes the relay; a statement trigger, because one NOTIFY does for all rows of an INSERT.
CREATE FUNCTION "notify_outbox_message"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox_message', '');
  RETURN NULL;
END $$;

CREATE TRIGGER "outbox_message_wakes_the_relay" AFTER INSERT ON "outbox_message"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_outbox_message"();
