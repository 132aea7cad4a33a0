-- What version 2 of product.changed says of a product; until it comes, as version 1 was understood.
-- live: before the first release no process of an older one runs beside this, and a catalogue is small.

-- live: as said at the top.
ALTER TABLE "catalogue_product"
  ADD COLUMN "titles" JSONB,
  ADD COLUMN "tax_class" TEXT NOT NULL DEFAULT 'STANDARD',
  ADD COLUMN "category_ids" TEXT[],
  ADD COLUMN "collection_ids" TEXT[];
-- live: as said at the top.
UPDATE "catalogue_product"
   SET "titles" = jsonb_build_object('en', "title"), "category_ids" = '{}', "collection_ids" = '{}';
-- live: as said at the top.
ALTER TABLE "catalogue_product"
  ALTER COLUMN "titles" SET NOT NULL,
  ALTER COLUMN "tax_class" DROP DEFAULT,
  DROP COLUMN "title";

-- live: as said at the top.
ALTER TABLE "catalogue_variant"
  DROP CONSTRAINT "catalogue_variant_price",
  ADD COLUMN "titles" JSONB,
  ADD COLUMN "prices" JSONB,
  ADD COLUMN "weight_grams" INTEGER,
  ADD COLUMN "requires_shipping" BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN "stock_policy" TEXT NOT NULL DEFAULT 'TRACKED';
-- live: as said at the top.
UPDATE "catalogue_variant"
   SET "titles" = jsonb_build_object('en', "title"), "prices" = jsonb_build_object("currency", "price_amount");
-- live: as said at the top.
ALTER TABLE "catalogue_variant"
  ALTER COLUMN "titles" SET NOT NULL,
  ALTER COLUMN "prices" SET NOT NULL,
  ALTER COLUMN "requires_shipping" DROP DEFAULT,
  ALTER COLUMN "stock_policy" DROP DEFAULT,
  DROP COLUMN "title",
  DROP COLUMN "price_amount",
  DROP COLUMN "currency";

-- live: as said at the top.
ALTER TABLE "catalogue_product"
  ADD CONSTRAINT "catalogue_product_tax_class" CHECK ("tax_class" IN ('STANDARD', 'REDUCED', 'ZERO'));
-- live: as said at the top.
ALTER TABLE "catalogue_variant"
  ADD CONSTRAINT "catalogue_variant_prices" CHECK (NOT jsonb_path_exists("prices", '$.* ? (@ < 0)')),
  ADD CONSTRAINT "catalogue_variant_stock_policy" CHECK ("stock_policy" IN ('TRACKED', 'BACKORDER', 'UNTRACKED'));
