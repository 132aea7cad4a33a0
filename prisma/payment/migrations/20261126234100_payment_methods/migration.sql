-- CreateEnum
CREATE TYPE "payment_method_state" AS ENUM ('SAVING', 'ACTIVE', 'REFUSED');

-- CreateTable
CREATE TABLE "payment_method" (
    "id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "state" "payment_method_state" NOT NULL,
    "reference" TEXT,
    "customer_reference" TEXT,
    "brand" TEXT,
    "last4" TEXT,
    "expiry_month" INTEGER,
    "expiry_year" INTEGER,
    "decline_reason" "decline_reason",
    "reason_text" TEXT,
    "secret" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payment_method_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "payment_method_customer_id_id_idx" ON "payment_method"("customer_id", "id");

-- From here on by hand: what Prisma cannot say.
ALTER TABLE payment_method
  -- Only what is printed on receipts; a number would not fit.
  ADD CONSTRAINT payment_method_last4 CHECK (last4 ~ '^[0-9A-Za-z]{1,4}$'),
  ADD CONSTRAINT payment_method_expiry CHECK (expiry_month BETWEEN 1 AND 12 AND expiry_year BETWEEN 2000 AND 2200),
  ADD CONSTRAINT payment_method_active_has_reference CHECK ((state = 'ACTIVE') = (reference IS NOT NULL)),
  ADD CONSTRAINT payment_method_refused_with_reason CHECK ((state = 'REFUSED') = (decline_reason IS NOT NULL)),
  ADD CONSTRAINT payment_method_forgets_secret CHECK ((state = 'SAVING') = (secret IS NOT NULL)),
  ADD CONSTRAINT payment_method_of_user CHECK (left(customer_id, 4) = 'usr_');
-- Active ones only: a method that is being removed may be saved again meanwhile.
CREATE UNIQUE INDEX payment_method_once ON payment_method (provider, reference) WHERE removed_at IS NULL;
CREATE INDEX payment_method_due ON payment_method (next_try_at) WHERE next_try_at IS NOT NULL;
