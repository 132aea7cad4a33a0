-- CreateEnum
CREATE TYPE "refund_state" AS ENUM ('REQUESTED', 'SUCCEEDED', 'FAILED');

-- CreateEnum
CREATE TYPE "refund_requester" AS ENUM ('ORDER', 'STAFF');

-- CreateTable
CREATE TABLE "refund" (
    "id" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "amount" INTEGER NOT NULL,
    "state" "refund_state" NOT NULL,
    "requested_by" "refund_requester" NOT NULL,
    "reason" TEXT NOT NULL,
    "failure" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "refund_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "refund_payment_id_id_idx" ON "refund"("payment_id", "id");

-- AddForeignKey
ALTER TABLE "refund" ADD CONSTRAINT "refund_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "payment" ADD COLUMN "refunding" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "operation" ADD COLUMN "refund_id" TEXT;

-- AddForeignKey
-- live: the column is new, and empty in every row.
ALTER TABLE "operation" ADD CONSTRAINT "operation_refund_id_fkey" FOREIGN KEY ("refund_id") REFERENCES "refund"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- From here on by hand: what Prisma cannot say.

ALTER TABLE "refund"
  ADD CONSTRAINT refund_amount_positive CHECK (amount > 0),
  ADD CONSTRAINT refund_failed_with_failure CHECK ((state = 'FAILED') = (failure IS NOT NULL)),
  ADD CONSTRAINT refund_ended_with_time CHECK ((state = 'REQUESTED') = (ended_at IS NULL));

-- What is on its way back is no longer there to be given back: refunds that run at the same time never exceed the capture.
-- live: holds in every row, since the column is new and 0 in all of them; a payment table is checked in seconds.
ALTER TABLE "payment" ADD CONSTRAINT payment_refunding_within_captured CHECK (refunding >= 0 AND refunded + refunding <= captured);

-- One thing at a time is in the provider's hands, and besides it any number of refunds, each once.
DROP INDEX operation_one_open;
-- live: the index has the few operations that are open.
CREATE UNIQUE INDEX operation_one_open ON operation (payment_id) WHERE done_at IS NULL AND refund_id IS NULL;
-- live: the column is new, and empty in every row.
CREATE UNIQUE INDEX operation_one_open_per_refund ON operation (refund_id) WHERE done_at IS NULL AND refund_id IS NOT NULL;
