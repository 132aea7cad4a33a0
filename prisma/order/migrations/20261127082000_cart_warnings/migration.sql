-- AlterTable
ALTER TABLE "cart_line" ADD COLUMN     "available_units" INTEGER,
ADD COLUMN     "seen_price" JSONB;

-- From here on by hand: what Prisma cannot say.

-- Finds the users' carts that nobody has touched for long.
-- live: IF NOT EXISTS, so that on a large table it can be made CONCURRENTLY by hand before the deploy; this one then does nothing.
CREATE INDEX IF NOT EXISTS "cart_of_user" ON "cart" ("updated_at") WHERE left("customer_id", 4) <> 'gst_';
