-- What counts against a customer's bound on orders that are not paid yet: found without a look at all they ever ordered.
-- live: on a large table, CREATE INDEX CONCURRENTLY customer_order_open by hand before the deploy; this one then does nothing.
CREATE INDEX IF NOT EXISTS "customer_order_open" ON "customer_order" ("customer_id")
  WHERE "status" IN ('PLACED', 'AUTHORIZING', 'PAYMENT_FAILED') OR "heading" = 'PAYMENT_FAILED';
