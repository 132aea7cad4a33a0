-- CreateTable
CREATE TABLE "guest_merge" (
    "guest_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "merged_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guest_merge_pkey" PRIMARY KEY ("guest_id")
);

-- From here on by hand: what Prisma cannot say.

-- Finds the guests' carts that nobody has touched for long, and the auditor those of merged guests, without a look at the users'.
-- live: no guest has a cart yet, so it is empty. On a large table, CREATE INDEX CONCURRENTLY by hand before the deploy; this one then
-- does nothing.
CREATE INDEX IF NOT EXISTS "cart_of_guest" ON "cart" ("updated_at") WHERE left("customer_id", 4) = 'gst_';
