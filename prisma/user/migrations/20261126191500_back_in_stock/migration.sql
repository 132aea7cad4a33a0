-- AlterEnum
ALTER TYPE "notification_kind" ADD VALUE 'BACK_IN_STOCK';

-- AlterEnum
ALTER TYPE "mail_kind" ADD VALUE 'BACK_IN_STOCK';

-- AlterTable
ALTER TABLE "notification" ADD COLUMN "product_id" TEXT;

-- What follows is written by hand: rules that Prisma's schema cannot state.

-- By the texts of the kinds: a value that this transaction has added cannot be used in it.
ALTER TABLE notification
  DROP CONSTRAINT notification_names_its_order,
  ADD CONSTRAINT notification_names_its_order CHECK ((left(kind::text, 6) = 'ORDER_') = (order_id IS NOT NULL)) NOT VALID,
  ADD CONSTRAINT notification_names_its_product CHECK ((kind::text = 'BACK_IN_STOCK') = (product_id IS NOT NULL)) NOT VALID;
