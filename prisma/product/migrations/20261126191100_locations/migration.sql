-- Stock by location. What there is so far is at one, `main`, which every shop has. A column with a constant default is added
-- in no time; the indexes below are built again with it. Meanwhile reservations wait, and none is lost: they are messages.
-- The release before works on: it knows one location, and there is no other until this one's staff make it. Only its catalogue
-- import fails, which names an index that is replaced, and can be run again with this one's.

-- CreateTable
CREATE TABLE "location" (
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "location_pkey" PRIMARY KEY ("code")
);

INSERT INTO "location" ("code", "name", "priority", "is_default") VALUES ('main', 'Main warehouse', 0, true);

CREATE UNIQUE INDEX "location_one_default" ON "location" ("is_default") WHERE "is_default";

ALTER TABLE "location"
  ADD CONSTRAINT "location_code_form" CHECK ("code" ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length("code") <= 40),
  ADD CONSTRAINT "location_priority_not_negative" CHECK ("priority" >= 0);

-- CreateTable
CREATE TABLE "stock_return" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stock_return_pkey" PRIMARY KEY ("id")
);

-- DropForeignKey
ALTER TABLE "reservation_line" DROP CONSTRAINT "reservation_line_variant_id_fkey";

-- DropForeignKey
ALTER TABLE "stock_movement" DROP CONSTRAINT "stock_movement_variant_id_fkey";

-- AlterTable
-- live: a narrow row per variant; a million of them take about a second, in which reservations wait.
ALTER TABLE "stock_level" ADD COLUMN     "location" TEXT NOT NULL DEFAULT 'main',
DROP CONSTRAINT "stock_level_pkey",
ADD CONSTRAINT "stock_level_pkey" PRIMARY KEY ("variant_id", "location"),
ADD CONSTRAINT "stock_level_location_fkey" FOREIGN KEY ("location") REFERENCES "location"("code") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AlterTable
-- live: seconds for ten million rows, in which reservations wait as messages, and no request does.
ALTER TABLE "reservation_line" ADD COLUMN     "location" TEXT NOT NULL DEFAULT 'main',
DROP CONSTRAINT "reservation_line_pkey",
ADD CONSTRAINT "reservation_line_pkey" PRIMARY KEY ("attempt_id", "variant_id", "location");

-- AlterTable
ALTER TABLE "stock_movement" ADD COLUMN     "location" TEXT NOT NULL DEFAULT 'main',
ADD COLUMN     "reason" TEXT;

-- DropIndex
DROP INDEX "stock_movement_attempt_id_variant_id_kind_key";
DROP INDEX "stock_movement_sold_or_released";
DROP INDEX "stock_movement_variant_id_reference_key";

-- CreateIndex
-- live: as above: messages wait, and no request does.
CREATE UNIQUE INDEX "stock_movement_attempt_id_variant_id_location_kind_key" ON "stock_movement"("attempt_id", "variant_id", "location", "kind");

-- Reserved units leave the reservation once: sold, or given back.
-- live: as above.
CREATE UNIQUE INDEX "stock_movement_sold_or_released" ON "stock_movement" ("attempt_id", "variant_id", "location") WHERE "kind" IN ('SALE', 'RELEASE');

-- What has a document is booked once per variant. A transfer is two rows, a return up to three for each location.
-- live: few movements have one.
CREATE UNIQUE INDEX "stock_movement_received_once" ON "stock_movement" ("variant_id", "reference") WHERE "kind" IN ('RECEIPT', 'ADJUSTMENT');
-- live: few movements have one.
CREATE UNIQUE INDEX "stock_movement_booked_once" ON "stock_movement" ("variant_id", "reference", "location", "kind") WHERE "reference" IS NOT NULL;

-- CreateIndex
-- live: as above.
CREATE INDEX "stock_movement_variant_id_id_idx" ON "stock_movement"("variant_id", "id");

-- A movement and a line are of a level: its key includes the variant's, and whoever moves units has its row locked anyway. A key
-- to the location alone would have all reservations share a lock of one row.
ALTER TABLE "stock_movement"
  ADD CONSTRAINT "stock_movement_variant_id_location_fkey" FOREIGN KEY ("variant_id", "location") REFERENCES "stock_level"("variant_id", "location") ON DELETE RESTRICT ON UPDATE RESTRICT NOT VALID;
ALTER TABLE "reservation_line"
  ADD CONSTRAINT "reservation_line_variant_id_location_fkey" FOREIGN KEY ("variant_id", "location") REFERENCES "stock_level"("variant_id", "location") ON DELETE RESTRICT ON UPDATE RESTRICT NOT VALID;

ALTER TABLE "stock_movement"
  DROP CONSTRAINT "stock_movement_quantity_sign",
  DROP CONSTRAINT "stock_movement_has_one_cause",
  DROP CONSTRAINT "stock_movement_cause_fits_kind",
  ADD CONSTRAINT "stock_movement_quantity_sign" CHECK ("quantity" > 0 OR ("kind" IN ('ADJUSTMENT', 'TRANSFER') AND "quantity" <> 0)) NOT VALID,
  ADD CONSTRAINT "stock_movement_cause_fits_kind" CHECK (
    CASE WHEN "kind" IN ('RESERVATION', 'RELEASE', 'SALE') THEN "attempt_id" IS NOT NULL AND "reference" IS NULL
         WHEN "kind" = 'RETURN' THEN num_nonnulls("attempt_id", "reference") = 1
         WHEN "kind" IN ('RECEIPT', 'TRANSFER') THEN "attempt_id" IS NULL AND "reference" IS NOT NULL
         ELSE "attempt_id" IS NULL AND num_nonnulls("reference", "reason") > 0 END) NOT VALID;
