-- CreateEnum
CREATE TYPE "availability" AS ENUM ('IN_STOCK', 'FEW_LEFT', 'NONE', 'BACKORDER');

-- CreateTable
CREATE TABLE "stock_alert" (
    "variant_id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stock_alert_pkey" PRIMARY KEY ("variant_id","customer_id")
);

-- CreateTable
CREATE TABLE "availability_check" (
    "position" BIGSERIAL NOT NULL,
    "variant_id" TEXT NOT NULL,

    CONSTRAINT "availability_check_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "low_stock" (
    "variant_id" TEXT NOT NULL,
    "availability" "availability" NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "low_stock_pkey" PRIMARY KEY ("variant_id")
);

-- CreateTable
CREATE TABLE "guest_merge" (
    "guest_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "merged_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guest_merge_pkey" PRIMARY KEY ("guest_id")
);

-- CreateIndex
CREATE INDEX "stock_alert_variant_id_created_at_customer_id_idx" ON "stock_alert"("variant_id", "created_at", "customer_id");

-- CreateIndex
CREATE INDEX "stock_alert_customer_id_created_at_idx" ON "stock_alert"("customer_id", "created_at");

-- CreateIndex
CREATE INDEX "stock_alert_created_at_idx" ON "stock_alert"("created_at");

-- CreateIndex
CREATE INDEX "low_stock_since_variant_id_idx" ON "low_stock"("since", "variant_id");

-- AddForeignKey
ALTER TABLE "stock_alert" ADD CONSTRAINT "stock_alert_variant_id_fkey" FOREIGN KEY ("variant_id") REFERENCES "product_variant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "low_stock" ADD CONSTRAINT "low_stock_variant_id_fkey" FOREIGN KEY ("variant_id") REFERENCES "product_variant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- What follows is written by hand: rules that Prisma's schema cannot state.

ALTER TABLE stock_alert
  ADD CONSTRAINT stock_alert_is_a_customers CHECK (customer_id ~ '^(usr|gst)_');
