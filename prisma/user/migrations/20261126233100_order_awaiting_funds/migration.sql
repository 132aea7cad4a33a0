-- AlterEnum
ALTER TYPE "notification_kind" ADD VALUE 'ORDER_AWAITING_FUNDS';

-- AlterEnum
ALTER TYPE "mail_kind" ADD VALUE 'ORDER_AWAITING_FUNDS';
