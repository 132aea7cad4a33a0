-- AlterEnum
ALTER TYPE "notification_kind" ADD VALUE 'ORDER_REFUNDED';

-- AlterEnum
ALTER TYPE "mail_kind" ADD VALUE 'ORDER_REFUNDED';
