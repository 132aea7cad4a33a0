-- The numbers of all documents, of which an index knows the lowest and the highest: those of a search's candidates are a sample.
CREATE TABLE "search_number" (
    "product_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "value" DECIMAL NOT NULL,

    CONSTRAINT "search_number_pkey" PRIMARY KEY ("product_id","code")
);

CREATE INDEX "search_number_code_value_idx" ON "search_number"("code", "value");

ALTER TABLE "search_number" ADD CONSTRAINT "search_number_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "search_document"("product_id") ON DELETE CASCADE ON UPDATE RESTRICT;

INSERT INTO "search_number" ("product_id", "code", "value")
SELECT "product_id", "code", "value"::numeric
  FROM "search_document", jsonb_each_text("numbers") AS "number" ("code", "value");
