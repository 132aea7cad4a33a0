-- As for products and categories (former_slugs).
CREATE TRIGGER "collection_slug_is_given" AFTER INSERT ON "collection"
  FOR EACH ROW EXECUTE FUNCTION "keep_former_slug"('COLLECTION');
CREATE TRIGGER "collection_slug_is_replaced" AFTER UPDATE OF "slug" ON "collection"
  FOR EACH ROW WHEN (OLD."slug" <> NEW."slug") EXECUTE FUNCTION "keep_former_slug"('COLLECTION');
