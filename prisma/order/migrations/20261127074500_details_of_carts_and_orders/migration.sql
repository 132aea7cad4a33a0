-- AlterTable
ALTER TABLE "cart" ADD COLUMN     "billing_address" JSONB,
ADD COLUMN     "contact_email" TEXT,
ADD COLUMN     "gift_message" TEXT,
ADD COLUMN     "note" TEXT,
ADD COLUMN     "shipping_address" JSONB;

-- AlterTable
ALTER TABLE "customer_order" ADD COLUMN     "billing_address" JSONB,
ADD COLUMN     "contact_email" TEXT,
ADD COLUMN     "gift_message" TEXT,
ADD COLUMN     "note" TEXT,
ADD COLUMN     "shipping_address" JSONB;

-- CreateTable
CREATE TABLE "closed_account" (
    "user_id" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "closed_account_pkey" PRIMARY KEY ("user_id")
);

-- CreateIndex
CREATE INDEX "closed_account_due_at_idx" ON "closed_account"("due_at");
