-- Staff change categories, attributes and collections: what they change has versions, and collections select products by rule.

ALTER TABLE "category" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "attribute" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

-- A category takes what is below it along to another level, in one statement: the key is checked at its end, no longer row by row.
ALTER TABLE "category" DROP CONSTRAINT "category_parent_id_parent_depth_fkey";
-- live: a shop has at most 1,000 categories.
ALTER TABLE "category" ADD CONSTRAINT "category_parent_id_parent_depth_fkey"
  FOREIGN KEY ("parent_id", "parent_depth") REFERENCES "category"("id", "depth") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- CreateTable
CREATE TABLE "collection" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "texts" JSONB NOT NULL,
    "rule" JSONB NOT NULL,
    "position" INTEGER NOT NULL,
    "is_published" BOOLEAN NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "collection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "collection_product" (
    "collection_id" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "is_published" BOOLEAN NOT NULL,

    CONSTRAINT "collection_product_pkey" PRIMARY KEY ("collection_id", "product_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "collection_slug_key" ON "collection"("slug");

-- CreateIndex
CREATE INDEX "collection_position_id_idx" ON "collection"("position", "id");

-- CreateIndex
CREATE INDEX "collection_product_product_id_idx" ON "collection_product"("product_id");

-- CreateIndex
CREATE INDEX "collection_product_collection_id_is_published_title_product_idx" ON "collection_product"("collection_id", "is_published", "title", "product_id");

-- AddForeignKey
ALTER TABLE "collection_product" ADD CONSTRAINT "collection_product_collection_id_fkey" FOREIGN KEY ("collection_id") REFERENCES "collection"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "collection_product" ADD CONSTRAINT "collection_product_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- From here on: what schema.prisma cannot say.

ALTER TABLE "collection"
  ADD CONSTRAINT "collection_slug_form" CHECK ("slug" ~ '^[^\x01-\x2f\x3a-\x60\x7b-\x7f]+(-[^\x01-\x2f\x3a-\x60\x7b-\x7f]+)*$'),
  ADD CONSTRAINT "collection_texts_by_language" CHECK (jsonb_typeof("texts") = 'object'),
  ADD CONSTRAINT "collection_rule_has_conditions" CHECK (jsonb_array_length("rule"->'conditions') > 0);
