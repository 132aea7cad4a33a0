-- live: columns that are null or have a constant default are added without a rewrite. What was captured before is told by the
-- next message about that payment: until then a paid order has 0 here.
ALTER TABLE "customer_order"
  ADD COLUMN "saved_payment_method_id" TEXT,
  ADD COLUMN "return_url" TEXT,
  ADD COLUMN "payment_captured" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "payment_refunded" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "payment_disputed" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "open_disputes" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "payment_sequence" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "order_event" ADD COLUMN "amount" INTEGER;

-- live: the first two allow more than those that they replace, and the columns of the others are new (NOT VALID).
ALTER TABLE "customer_order"
  DROP CONSTRAINT "customer_order_payment_status",
  DROP CONSTRAINT "customer_order_paid";
ALTER TABLE "customer_order"
  ADD CONSTRAINT "customer_order_payment_status" CHECK ("payment_status" IN
    ('NONE', 'PENDING', 'ACTION_REQUIRED', 'AWAITING_FUNDS', 'AUTHORIZED', 'PAID', 'PARTIALLY_REFUNDED', 'REFUNDED',
     'DECLINED', 'VOIDED')) NOT VALID,
  -- A confirmed order was paid in whole; what was given back since is told apart, and stays a refund of that.
  ADD CONSTRAINT "customer_order_paid" CHECK
    ("status" <> 'CONFIRMED' OR "payment_status" IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')) NOT VALID,
  -- Not that no more is captured than the total: an order must be able to say that it was.
  ADD CONSTRAINT "customer_order_money" CHECK
    ("payment_refunded" BETWEEN 0 AND "payment_captured"
     AND "payment_disputed" >= 0 AND "open_disputes" >= 0 AND "payment_sequence" >= 0) NOT VALID,
  -- One way to pay, and nowhere to return from where none is left.
  ADD CONSTRAINT "customer_order_payment_method" CHECK
    (("payment_method_token" IS NULL OR "saved_payment_method_id" IS NULL)
     AND ("return_url" IS NULL OR "payment_method_token" IS NOT NULL OR "saved_payment_method_id" IS NOT NULL)) NOT VALID;
