-- AlterTable
ALTER TABLE "search_document" ADD COLUMN     "numbers" JSONB NOT NULL DEFAULT '{}';
