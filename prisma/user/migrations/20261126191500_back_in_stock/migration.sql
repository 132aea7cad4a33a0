-- AlterEnum
ALTER TYPE "notification_kind" ADD VALUE 'BACK_IN_STOCK';

-- AlterEnum
ALTER TYPE "mail_kind" ADD VALUE 'BACK_IN_STOCK';

-- AlterTable
ALTER TABLE "notification" ADD COLUMN "product_id" TEXT;
