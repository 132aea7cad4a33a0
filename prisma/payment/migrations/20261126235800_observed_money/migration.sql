-- AlterEnum
ALTER TYPE "ledger_kind" ADD VALUE 'EXPIRY';
ALTER TYPE "ledger_kind" ADD VALUE 'REFUND_REVERSAL';
ALTER TYPE "ledger_kind" ADD VALUE 'DISPUTE';
ALTER TYPE "ledger_kind" ADD VALUE 'DISPUTE_REVERSAL';

-- AlterEnum
ALTER TYPE "refund_requester" ADD VALUE 'PROVIDER';

-- CreateEnum
CREATE TYPE "dispute_state" AS ENUM ('OPEN', 'WON', 'LOST');

-- AlterTable
ALTER TABLE "payment" ADD COLUMN "disputed" INTEGER NOT NULL DEFAULT 0, ADD COLUMN "open_disputes" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "refund" ADD COLUMN "reference" TEXT;

-- CreateTable
CREATE TABLE "dispute" (
    "id" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "amount" INTEGER NOT NULL,
    "state" "dispute_state" NOT NULL,
    "reason" TEXT NOT NULL,
    "respond_by" TIMESTAMPTZ(3),
    "opened_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "dispute_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "dispute_payment_id_reference_key" ON "dispute"("payment_id", "reference");

-- CreateIndex
-- live: the column is new, and empty in every row; a table of refunds is read in seconds.
CREATE UNIQUE INDEX "refund_payment_id_reference_key" ON "refund"("payment_id", "reference");

-- AddForeignKey
ALTER TABLE "dispute" ADD CONSTRAINT "dispute_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- From here on by hand: what Prisma cannot say.

ALTER TABLE "dispute" ADD CONSTRAINT dispute_amount_positive CHECK (amount > 0);

-- A bank can call back what was refunded before, but no more than was captured.
-- live: holds in every row, since the columns are new and 0 in all of them; a payment table is checked in seconds.
ALTER TABLE "payment" ADD CONSTRAINT payment_disputed_within_captured CHECK (disputed BETWEEN 0 AND captured AND open_disputes >= 0);

-- An attempt is held once, let go once, captured once; what follows comes in parts, each named by what moved it.
DROP INDEX ledger_entry_once;
-- live: a ledger is read in seconds, and appended to again afterwards.
CREATE UNIQUE INDEX ledger_entry_once ON ledger_entry (payment_id, kind) WHERE kind IN ('AUTHORIZATION', 'VOID', 'CAPTURE');
