-- What orders are owed beyond the stock: a column of the level, and lines that say where their units come from.

-- CreateEnum
CREATE TYPE "line_source" AS ENUM ('STOCK', 'UNTRACKED', 'BACKORDER', 'BACKORDER_FILLED', 'BACKORDER_RELEASED');

-- AlterTable
ALTER TABLE "stock_level" ADD COLUMN "backordered" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
-- live: seconds for ten million rows, in which reservations wait as messages, and no request does.
ALTER TABLE "reservation_line" ADD COLUMN "source" "line_source" NOT NULL DEFAULT 'STOCK',
DROP CONSTRAINT "reservation_line_pkey",
ADD CONSTRAINT "reservation_line_pkey" PRIMARY KEY ("attempt_id", "variant_id", "location", "source");

-- What follows is written by hand: rules that Prisma's schema cannot state.

-- Who waits for a variant. Most variants nobody waits for.
-- live: no line has this source yet, so it is empty.
CREATE INDEX "reservation_line_owed" ON "reservation_line" ("variant_id") WHERE "source" = 'BACKORDER';

ALTER TABLE "stock_level" ADD CONSTRAINT "stock_level_owes_nothing_negative" CHECK ("backordered" >= 0) NOT VALID;

ALTER TABLE "stock_movement"
  DROP CONSTRAINT "stock_movement_cause_fits_kind",
  ADD CONSTRAINT "stock_movement_cause_fits_kind" CHECK (
    CASE WHEN "kind" IN ('RESERVATION', 'RELEASE', 'SALE', 'BACKORDER', 'BACKORDER_RELEASE', 'BACKORDER_FILL') THEN "attempt_id" IS NOT NULL AND "reference" IS NULL
         WHEN "kind" = 'RETURN' THEN num_nonnulls("attempt_id", "reference") = 1
         WHEN "kind" IN ('RECEIPT', 'TRANSFER') THEN "attempt_id" IS NULL AND "reference" IS NOT NULL
         ELSE "attempt_id" IS NULL AND num_nonnulls("reference", "reason") > 0 END) NOT VALID;
