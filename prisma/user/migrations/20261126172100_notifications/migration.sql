-- CreateEnum
CREATE TYPE "notification_channel" AS ENUM ('IN_APP', 'EMAIL');

-- Guests with a session are notified, too: they have no row in user_account.
ALTER TABLE "notification" DROP CONSTRAINT "notification_user_id_fkey";

-- live: no release has it yet, so no process of an older one asks for it.
ALTER TABLE "notification" RENAME COLUMN "user_id" TO "customer_id";

-- live: nobody calls an index by its name.
ALTER INDEX "notification_user_id_created_at_id_idx" RENAME TO "notification_customer_id_created_at_id_idx";

-- AlterTable
ALTER TABLE "notification" ADD COLUMN "read_at" TIMESTAMPTZ(3), ADD COLUMN "is_hidden" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "notification_opt_out" (
    "user_id" TEXT NOT NULL,
    "kind" "notification_kind" NOT NULL,
    "channel" "notification_channel" NOT NULL,

    CONSTRAINT "notification_opt_out_pkey" PRIMARY KEY ("user_id","kind","channel")
);

-- AddForeignKey
ALTER TABLE "notification_opt_out" ADD CONSTRAINT "notification_opt_out_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows is written by hand: rules that Prisma's schema cannot state.

ALTER TABLE notification
  ADD CONSTRAINT notification_is_a_customers CHECK (customer_id ~ '^(usr|gst)_') NOT VALID;
