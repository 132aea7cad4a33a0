-- When product said what a row has. Null until its next message, or a rebuild (npm run rebuild -- order catalogue).
-- live: a nullable column takes no time, and a catalogue is small.
ALTER TABLE "catalogue_product" ADD COLUMN "changed_at" TIMESTAMPTZ(3);
-- For the newest of all, at each scrape.
-- live: built in milliseconds over a small catalogue; a message of a change waits that long.
CREATE INDEX "catalogue_product_changed_at_idx" ON "catalogue_product" ("changed_at");
