-- AlterTable
ALTER TABLE "cart" ADD COLUMN     "currency" TEXT;
