-- Slugs of the past: links to them still lead to what they named, so nothing else ever gets them.
CREATE TYPE "slug_kind" AS ENUM ('PRODUCT', 'CATEGORY', 'COLLECTION');

CREATE TABLE "former_slug" (
    "kind" "slug_kind" NOT NULL,
    "slug" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "replaced_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "former_slug_pkey" PRIMARY KEY ("kind", "slug")
);

-- From here on: what schema.prisma cannot say.

-- In the database, because there are many ways in (staff, imports, the seed), and each would have to remember. AFTER the row is
-- written: the unique index has made it wait for whoever gives the slug up at the same moment, so what that one left is seen here.
CREATE FUNCTION "keep_former_slug"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  own slug_kind := TG_ARGV[0];
BEGIN
  IF EXISTS (SELECT FROM former_slug WHERE kind = own AND slug = NEW.slug AND owner_id <> NEW.id) THEN
    RAISE EXCEPTION 'the slug % was that of another %', NEW.slug, TG_TABLE_NAME
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'former_slug_pkey';
  END IF;
  DELETE FROM former_slug WHERE kind = own AND slug = NEW.slug;
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO former_slug (kind, slug, owner_id) VALUES (own, OLD.slug, OLD.id);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "product_slug_is_given" AFTER INSERT ON "product"
  FOR EACH ROW EXECUTE FUNCTION "keep_former_slug"('PRODUCT');
CREATE TRIGGER "product_slug_is_replaced" AFTER UPDATE OF "slug" ON "product"
  FOR EACH ROW WHEN (OLD."slug" <> NEW."slug") EXECUTE FUNCTION "keep_former_slug"('PRODUCT');

CREATE TRIGGER "category_slug_is_given" AFTER INSERT ON "category"
  FOR EACH ROW EXECUTE FUNCTION "keep_former_slug"('CATEGORY');
CREATE TRIGGER "category_slug_is_replaced" AFTER UPDATE OF "slug" ON "category"
  FOR EACH ROW WHEN (OLD."slug" <> NEW."slug") EXECUTE FUNCTION "keep_former_slug"('CATEGORY');
