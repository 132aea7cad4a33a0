-- By which keys that nobody retries any more are found. BRIN: a few pages for millions of rows that are written in order.
-- live: a scan of a narrow table, seconds for ten million rows, in which mutations with a key wait.
CREATE INDEX IF NOT EXISTS "idempotency_key_created_at_idx" ON "idempotency_key" USING BRIN ("created_at");
