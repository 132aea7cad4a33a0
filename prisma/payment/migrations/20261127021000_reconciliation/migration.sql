-- CreateTable
CREATE TABLE "reconciliation" (
    "provider" TEXT NOT NULL,
    "pass" TEXT NOT NULL,
    "reconciled_until" TIMESTAMPTZ(3) NOT NULL,
    "leased_until" TIMESTAMPTZ(3),

    CONSTRAINT "reconciliation_pkey" PRIMARY KEY ("provider","pass")
);

-- CreateIndex
-- live: a BRIN index of a payment table is built in a second.
CREATE INDEX "payment_created_at_idx" ON "payment" USING BRIN ("created_at");
