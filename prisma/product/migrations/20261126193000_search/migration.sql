-- Search: a document for each product on sale, the words in them, what filters are called, and what staff say about queries.

-- Compares the spellings of words; they are ASCII, which is all that it sees under LC_CTYPE=C.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- CreateTable
CREATE TABLE "search_document" (
    "product_id" TEXT COLLATE "C" NOT NULL,
    "pipeline" SMALLINT NOT NULL,
    "terms" tsvector NOT NULL,
    "facets" TEXT[] COLLATE "C",
    "lowest_prices" JSONB NOT NULL,
    "title_keys" JSONB NOT NULL,
    "title_length" SMALLINT NOT NULL,
    "published_at" TIMESTAMPTZ(3) NOT NULL,
    "units_sold" INTEGER NOT NULL DEFAULT 0,
    "tier" SMALLINT NOT NULL,

    CONSTRAINT "search_document_pkey" PRIMARY KEY ("product_id")
);

-- CreateTable
CREATE TABLE "search_word" (
    "lexeme" TEXT COLLATE "C" NOT NULL,
    "shown" TEXT NOT NULL,
    "spelling" TEXT COLLATE "C" NOT NULL,
    "deletions" TEXT[] COLLATE "C",
    "documents" INTEGER NOT NULL DEFAULT 0,
    "titles" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "search_word_pkey" PRIMARY KEY ("lexeme")
);

-- CreateTable
CREATE TABLE "search_word_change" (
    "position" BIGSERIAL NOT NULL,
    "lexemes" TEXT[],
    "documents" INTEGER[],
    "titles" INTEGER[],

    CONSTRAINT "search_word_change_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "search_facet" (
    "key" TEXT COLLATE "C" NOT NULL,
    "label" JSONB NOT NULL,
    "facet_label" JSONB NOT NULL,
    "names" TEXT[] COLLATE "C",

    CONSTRAINT "search_facet_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "search_synonyms" (
    "id" TEXT NOT NULL,
    "phrases" TEXT[],
    "keys" TEXT[] COLLATE "C",
    "is_one_way" BOOLEAN NOT NULL,

    CONSTRAINT "search_synonyms_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "search_pin" (
    "key" TEXT COLLATE "C" NOT NULL,
    "query" TEXT NOT NULL,
    "product_ids" TEXT[] COLLATE "C",

    CONSTRAINT "search_pin_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "search_document_terms_idx" ON "search_document" USING GIN ("terms");

-- CreateIndex
CREATE INDEX "search_word_spelling_idx" ON "search_word" USING GIN ("spelling" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "search_word_deletions_idx" ON "search_word" USING GIN ("deletions");

-- CreateIndex
CREATE INDEX "search_synonyms_keys_idx" ON "search_synonyms" USING GIN ("keys");

-- AddForeignKey
ALTER TABLE "search_document" ADD CONSTRAINT "search_document_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- From here on: what schema.prisma cannot say.

-- Searches must not find what they are told of late: a pending list is read through by every one of them.
ALTER INDEX "search_document_terms_idx" SET (fastupdate = off);

-- An index for each order in which pages are read; they are walked until a page is full. Both directions of an index serve.
CREATE INDEX "search_document_newest" ON "search_document" ("published_at", "product_id");
CREATE INDEX "search_document_best_selling" ON "search_document" ("units_sold", "product_id");
-- One for each currency and language of contracts/: a test compares.
CREATE INDEX "search_document_price_eur" ON "search_document" ((("lowest_prices"->>'EUR')::int), "product_id");
CREATE INDEX "search_document_price_usd" ON "search_document" ((("lowest_prices"->>'USD')::int), "product_id");
CREATE INDEX "search_document_price_gbp" ON "search_document" ((("lowest_prices"->>'GBP')::int), "product_id");
CREATE INDEX "search_document_price_krw" ON "search_document" ((("lowest_prices"->>'KRW')::int), "product_id");
CREATE INDEX "search_document_title_en" ON "search_document" (("title_keys"->>'en') COLLATE "C", "product_id");
CREATE INDEX "search_document_title_ko" ON "search_document" (("title_keys"->>'ko') COLLATE "C", "product_id");
-- Documents of an earlier pipeline, to be made anew.
CREATE INDEX "search_document_pipeline" ON "search_document" ("pipeline", "product_id");

-- Skus are found by how they begin; "C", because in other collations a prefix is no range.
-- live: made by hand before, CONCURRENTLY, where there are variants of a running shop; nothing has been released so far.
CREATE INDEX IF NOT EXISTS "product_variant_sku_prefix" ON "product_variant" ("sku" COLLATE "C");

-- What was sold of late.
-- live: made by hand before, CONCURRENTLY, where much has been sold; nothing has been released so far.
CREATE INDEX IF NOT EXISTS "stock_movement_sales" ON "stock_movement" ("occurred_at") WHERE "kind" = 'SALE';

-- The worker makes the documents of what is on sale already.
INSERT INTO "product_refresh" ("product_id") SELECT "id" FROM "product" WHERE "status" = 'PUBLISHED' ORDER BY "id";
