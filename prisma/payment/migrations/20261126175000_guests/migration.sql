-- CreateTable
CREATE TABLE "guest_merge" (
    "guest_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "merged_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guest_merge_pkey" PRIMARY KEY ("guest_id")
);

-- From here on by hand: what Prisma cannot say.

-- A guest's payments, which become a user's. Those of users are many, and nobody looks for them by customer.
-- live: no guest has paid yet, so it is empty; on a large table it takes one read: CREATE INDEX CONCURRENTLY by hand before the
-- deploy, and this one does nothing.
CREATE INDEX IF NOT EXISTS "payment_of_guest" ON "payment" ("customer_id") WHERE left("customer_id", 4) = 'gst_';
