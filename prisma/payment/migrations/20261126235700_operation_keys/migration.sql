-- AlterTable
-- live: the default is the same for all rows, so none is rewritten.
ALTER TABLE "operation" ADD COLUMN "keyed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01', ADD COLUMN "looks_first" BOOLEAN NOT NULL DEFAULT false;

-- live: the few that are open; what is done is never tried again.
UPDATE "operation" SET "keyed_at" = "created_at" WHERE "done_at" IS NULL;

ALTER TABLE "operation" ALTER COLUMN "keyed_at" DROP DEFAULT;
