-- AlterTable
ALTER TABLE "customer_order" ADD COLUMN "guest_address" TEXT;

-- From here on by hand: what Prisma cannot say.

-- What counts against the bound on the unpaid orders of all guests at one address. Erased with an order's being open, so there are few.
-- live: the column is new and null everywhere. On a large table, CREATE INDEX CONCURRENTLY by hand before the deploy (with the
-- column); this one then does nothing.
CREATE INDEX IF NOT EXISTS "customer_order_guest_address" ON "customer_order" ("guest_address") WHERE "guest_address" IS NOT NULL;
