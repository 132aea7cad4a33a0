-- An index of the documents for each tier: a search looks at the tiers one after the other, and in one index for all of them it
-- compared its words with the tier, document by document.
-- live: while they are made, no product can be written; made by hand before, CONCURRENTLY, in a shop that is open. Nothing has been released so far.
CREATE INDEX IF NOT EXISTS "search_document_terms_0" ON "search_document" USING GIN ("terms") WITH (fastupdate = off) WHERE "tier" = 0;
-- live: as above.
CREATE INDEX IF NOT EXISTS "search_document_terms_1" ON "search_document" USING GIN ("terms") WITH (fastupdate = off) WHERE "tier" = 1;
-- live: as above.
CREATE INDEX IF NOT EXISTS "search_document_terms_2" ON "search_document" USING GIN ("terms") WITH (fastupdate = off) WHERE "tier" = 2;
-- live: as above.
CREATE INDEX IF NOT EXISTS "search_document_terms_3" ON "search_document" USING GIN ("terms") WITH (fastupdate = off) WHERE "tier" = 3;
-- live: as above.
CREATE INDEX IF NOT EXISTS "search_document_tier" ON "search_document" ("tier");
DROP INDEX "search_document_terms_idx";

-- The commonest words that begin with one, two or three letters are read from an index: sorting all that do took longer, the more
-- words there are. Coarse, because an index is written whenever a column of it changes.
ALTER TABLE "search_word" ADD COLUMN "commonness" SMALLINT NOT NULL DEFAULT 0;
-- live: a word of the catalogue a row; the process that counts words waits for it, nobody else.
UPDATE "search_word"
   SET "commonness" = CASE WHEN "titles" > 0 THEN 32 + floor(ln("titles") / ln(2))
                           WHEN "documents" > 0 THEN 1 + floor(ln("documents") / ln(2)) ELSE 0 END
 WHERE "documents" > 0;
-- live: as above.
CREATE INDEX IF NOT EXISTS "search_word_first_letter" ON "search_word" (left("lexeme", 1), "commonness" DESC);
-- live: as above.
CREATE INDEX IF NOT EXISTS "search_word_first_two" ON "search_word" (left("lexeme", 2), "commonness" DESC);
-- live: as above.
CREATE INDEX IF NOT EXISTS "search_word_first_three" ON "search_word" (left("lexeme", 3), "commonness" DESC);

-- As the documents' indexes: a list of what has changed of late would be read through by every search with a misspelling.
ALTER INDEX "search_word_spelling_idx" SET (fastupdate = off);
ALTER INDEX "search_word_deletions_idx" SET (fastupdate = off);
