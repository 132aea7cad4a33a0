-- live: new values of enumerations touch no row.
ALTER TYPE "payment_status" ADD VALUE 'AWAITING_FUNDS';

-- CreateEnum
CREATE TYPE "offline_entry_kind" AS ENUM ('REQUEST', 'FUNDS', 'CAPTURE', 'VOID', 'REFUND_REQUEST', 'REFUND');

-- CreateTable
CREATE TABLE "offline_entry" (
    "position" BIGSERIAL NOT NULL,
    "reference" TEXT NOT NULL,
    "kind" "offline_entry_kind" NOT NULL,
    "key" TEXT NOT NULL,
    "amount" INTEGER NOT NULL,
    "currency" "currency" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "offline_entry_pkey" PRIMARY KEY ("position")
);

-- CreateIndex
CREATE UNIQUE INDEX "offline_entry_kind_key_key" ON "offline_entry"("kind", "key");

-- CreateIndex
CREATE INDEX "offline_entry_reference_position_idx" ON "offline_entry"("reference", "position");

-- From here on by hand: what Prisma cannot say.
ALTER TABLE offline_entry ADD CONSTRAINT offline_entry_amount_positive CHECK (amount > 0);
CREATE TRIGGER offline_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON offline_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
