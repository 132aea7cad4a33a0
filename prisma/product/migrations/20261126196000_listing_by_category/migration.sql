-- A category's products by title, so that its page is read from its start, however many other products there are.
-- live: before the first release, and a catalogue is small.
CREATE INDEX "product_category_id_status_title_id_idx" ON "product"("category_id", "status", "title", "id");
-- live: the new index begins with the same column.
DROP INDEX "product_category_id_idx";
