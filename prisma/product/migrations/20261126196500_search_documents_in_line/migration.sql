-- A document of 2 to 4 KiB in its row, instead of in pieces beside it: a search reads a thousand of them, twice, to rank them. Applies
-- to what is written from now on, and the worker makes all documents anew (pipelineVersion).
ALTER TABLE "search_document" SET (toast_tuple_target = 8160);
