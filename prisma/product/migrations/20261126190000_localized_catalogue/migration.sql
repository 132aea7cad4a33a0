-- Texts per language, prices per currency, options and attributes by code. What there is becomes English.
-- live: before the first release no process of an older one runs beside this, and a catalogue is small.

CREATE TYPE "tax_class" AS ENUM ('STANDARD', 'REDUCED', 'ZERO');
CREATE TYPE "stock_policy" AS ENUM ('TRACKED', 'BACKORDER', 'UNTRACKED');
CREATE TYPE "attribute_kind" AS ENUM ('TEXT', 'NUMBER', 'BOOLEAN', 'CHOICE');

CREATE FUNCTION pg_temp.code(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(nullif(left(trim('-' from lower(regexp_replace(name, '[^a-zA-Z0-9]+', '-', 'g'))), 50), ''), 'x')
$$;

CREATE TABLE "attribute" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "kind" "attribute_kind" NOT NULL,
    "unit" TEXT,
    "choices" JSONB NOT NULL,
    "is_filterable" BOOLEAN NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "attribute_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "attribute_code_key" ON "attribute"("code");

INSERT INTO "attribute" (id, code, name, kind, choices, is_filterable, position)
SELECT 'atr_' || md5('attribute ' || code), code, jsonb_build_object('en', min(name)), 'TEXT', '[]', false, min(place)
  FROM (SELECT pg_temp.code(given.fact->>'name') AS code, given.fact->>'name' AS name, given.place
          FROM product, jsonb_array_elements(product.attributes) WITH ORDINALITY AS given (fact, place)) facts
 GROUP BY code;

-- live: as said at the top.
ALTER TABLE "category" ADD COLUMN "texts" JSONB;
-- live: as said at the top.
UPDATE "category" SET "texts" = jsonb_build_object('en', jsonb_build_object('name', "name"));
-- live: as said at the top.
ALTER TABLE "category" ALTER COLUMN "texts" SET NOT NULL, DROP COLUMN "name";

-- live: as said at the top.
ALTER TABLE "product"
  DROP CONSTRAINT "product_attributes_are_a_list",
  ADD COLUMN "texts" JSONB,
  ADD COLUMN "tax_class" "tax_class" NOT NULL DEFAULT 'STANDARD',
  ADD COLUMN "options" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "published_at" TIMESTAMPTZ(3);
-- live: as said at the top.
ALTER TABLE "product" ALTER COLUMN "tax_class" DROP DEFAULT, ALTER COLUMN "options" DROP DEFAULT;

-- live: as said at the top.
UPDATE "product" SET
  "texts" = jsonb_build_object('en', jsonb_build_object('title', "title", 'description', "description")),
  "published_at" = CASE WHEN "status" <> 'DRAFT' THEN "created_at" END,
  "attributes" = coalesce((SELECT jsonb_object_agg(pg_temp.code(fact->>'name'), jsonb_build_object('en', fact->>'value'))
                             FROM jsonb_array_elements("attributes") AS fact), '{}'),
  "options" = coalesce((
    SELECT jsonb_agg(jsonb_build_object('code', code, 'name', name, 'values', "values") ORDER BY place)
      FROM (SELECT code, jsonb_build_object('en', min(name)) AS name, min(place) AS place,
                   jsonb_agg(jsonb_build_object('code', value_code, 'name', value) ORDER BY value_place) AS "values"
              FROM (SELECT pg_temp.code(chosen.option->>'name') AS code, min(chosen.option->>'name') AS name,
                           min(chosen.place) AS place, pg_temp.code(chosen.option->>'value') AS value_code,
                           jsonb_build_object('en', min(chosen.option->>'value')) AS value,
                           min(variant.position) AS value_place
                      FROM product_variant variant,
                           jsonb_array_elements(variant.options) WITH ORDINALITY AS chosen (option, place)
                     WHERE variant.product_id = product.id
                     GROUP BY pg_temp.code(chosen.option->>'name'), pg_temp.code(chosen.option->>'value')) AS value_of
             GROUP BY code) AS option), '[]');
-- live: as said at the top.
ALTER TABLE "product" ALTER COLUMN "texts" SET NOT NULL, DROP COLUMN "description";

-- live: as said at the top.
ALTER TABLE "product_variant"
  DROP CONSTRAINT "product_variant_options_are_a_list",
  ADD COLUMN "prices" JSONB,
  ADD COLUMN "weight_grams" INTEGER,
  ADD COLUMN "requires_shipping" BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN "stock_policy" "stock_policy" NOT NULL DEFAULT 'TRACKED',
  ADD COLUMN "low_stock_threshold" INTEGER,
  ADD COLUMN "is_archived" BOOLEAN NOT NULL DEFAULT false,
  ALTER COLUMN "title" TYPE JSONB USING jsonb_build_object('en', "title");
-- live: as said at the top.
UPDATE "product_variant" SET
  "prices" = jsonb_build_object("price_currency", "price_amount"),
  "options" = coalesce((SELECT jsonb_object_agg(pg_temp.code(chosen->>'name'), pg_temp.code(chosen->>'value'))
                          FROM jsonb_array_elements("options") AS chosen), '{}');
-- live: as said at the top.
ALTER TABLE "product_variant"
  ALTER COLUMN "prices" SET NOT NULL,
  ALTER COLUMN "requires_shipping" DROP DEFAULT,
  ALTER COLUMN "stock_policy" DROP DEFAULT,
  ALTER COLUMN "is_archived" DROP DEFAULT,
  DROP COLUMN "price_amount",
  DROP COLUMN "price_currency";

-- From here on: what schema.prisma cannot say.

-- Of ASCII only lower-case letters, digits and single hyphens. What else is a letter depends on the database's locale, so the
-- domain decides it (domain/catalogue/texts.ts).
-- live: as said at the top.
ALTER TABLE "category" DROP CONSTRAINT "category_slug_form";
-- live: as said at the top.
ALTER TABLE "product" DROP CONSTRAINT "product_slug_form";
-- live: as said at the top.
ALTER TABLE "category" ADD CONSTRAINT "category_slug_form"
  CHECK ("slug" ~ '^[^\x01-\x2f\x3a-\x60\x7b-\x7f]+(-[^\x01-\x2f\x3a-\x60\x7b-\x7f]+)*$');
-- live: as said at the top.
ALTER TABLE "product" ADD CONSTRAINT "product_slug_form"
  CHECK ("slug" ~ '^[^\x01-\x2f\x3a-\x60\x7b-\x7f]+(-[^\x01-\x2f\x3a-\x60\x7b-\x7f]+)*$');

-- live: as said at the top.
ALTER TABLE "category" ADD CONSTRAINT "category_texts_by_language" CHECK (jsonb_typeof("texts") = 'object');
-- live: as said at the top.
ALTER TABLE "attribute"
  ADD CONSTRAINT "attribute_code_form" CHECK ("code" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  ADD CONSTRAINT "attribute_choices_are_a_list" CHECK (jsonb_typeof("choices") = 'array');
-- live: as said at the top.
ALTER TABLE "product"
  ADD CONSTRAINT "product_texts_by_language" CHECK (jsonb_typeof("texts") = 'object'),
  ADD CONSTRAINT "product_attributes_by_code" CHECK (jsonb_typeof("attributes") = 'object'),
  ADD CONSTRAINT "product_options_are_a_list" CHECK (jsonb_typeof("options") = 'array');
-- live: as said at the top.
ALTER TABLE "product_variant"
  ADD CONSTRAINT "product_variant_options_by_code" CHECK (jsonb_typeof("options") = 'object'),
  ADD CONSTRAINT "product_variant_prices_by_currency" CHECK (jsonb_typeof("prices") = 'object'),
  ADD CONSTRAINT "product_variant_no_negative_price" CHECK (NOT jsonb_path_exists("prices", '$.* ? (@ < 0)')),
  ADD CONSTRAINT "product_variant_weight_not_negative" CHECK ("weight_grams" >= 0);

-- What others were told of products until now has one language and one currency: they are told again.
CREATE TABLE "product_refresh" (
    "position" BIGSERIAL NOT NULL,
    "product_id" TEXT NOT NULL,

    CONSTRAINT "product_refresh_pkey" PRIMARY KEY ("position")
);
INSERT INTO "product_refresh" ("product_id") SELECT "id" FROM "product" ORDER BY "id";
