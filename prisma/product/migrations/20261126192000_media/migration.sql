-- CreateEnum
CREATE TYPE "media_file_state" AS ENUM ('WRITING', 'STORED', 'DELETING');

-- CreateTable
CREATE TABLE "media" (
    "id" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "url" TEXT,
    "file_key" TEXT,
    "alt" JSONB NOT NULL,
    "content_type" TEXT,
    "bytes" INTEGER,
    "width" INTEGER,
    "height" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "media_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_file" (
    "key" TEXT NOT NULL,
    "state" "media_file_state" NOT NULL,
    "content_type" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "width" INTEGER,
    "height" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "delete_after" TIMESTAMPTZ(3),

    CONSTRAINT "media_file_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "media_upload" (
    "id" TEXT NOT NULL,
    "token_hash" TEXT,
    "content_type" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "file_key" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "media_upload_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "media_file_key_key" ON "media"("file_key");

-- CreateIndex
CREATE INDEX "media_product_id_position_idx" ON "media"("product_id", "position");

-- CreateIndex
CREATE INDEX "media_file_delete_after_idx" ON "media_file"("delete_after");

-- CreateIndex
CREATE UNIQUE INDEX "media_upload_token_hash_key" ON "media_upload"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "media_upload_file_key_key" ON "media_upload"("file_key");

-- CreateIndex
CREATE INDEX "media_upload_expires_at_idx" ON "media_upload"("expires_at");

-- AddForeignKey
ALTER TABLE "media" ADD CONSTRAINT "media_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "media" ADD CONSTRAINT "media_file_key_fkey" FOREIGN KEY ("file_key") REFERENCES "media_file"("key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "media_upload" ADD CONSTRAINT "media_upload_file_key_fkey" FOREIGN KEY ("file_key") REFERENCES "media_file"("key") ON DELETE SET NULL ON UPDATE RESTRICT;

-- What schema.prisma cannot say.
ALTER TABLE "media"
  ADD CONSTRAINT "media_is_here_or_elsewhere" CHECK (num_nonnulls("url", "file_key") = 1),
  ADD CONSTRAINT "media_knows_its_file" CHECK (num_nonnulls("content_type", "bytes", "width", "height") = CASE WHEN "file_key" IS NULL THEN 0 ELSE 4 END),
  ADD CONSTRAINT "media_position_not_negative" CHECK ("position" >= 0),
  ADD CONSTRAINT "media_alt_by_language" CHECK (jsonb_typeof("alt") = 'object');

ALTER TABLE "media_file"
  ADD CONSTRAINT "media_file_not_empty" CHECK ("bytes" > 0),
  ADD CONSTRAINT "media_file_measured_once_stored" CHECK ("state" <> 'STORED' OR num_nonnulls("width", "height") = 2),
  ADD CONSTRAINT "media_file_kept_only_once_stored" CHECK ("state" = 'STORED' OR "delete_after" IS NOT NULL);

ALTER TABLE "media_upload"
  ADD CONSTRAINT "media_upload_not_empty" CHECK ("bytes" > 0);
