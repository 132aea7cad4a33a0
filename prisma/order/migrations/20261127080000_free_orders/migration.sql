-- live: it allows more than the one that it replaces (NOT VALID).
ALTER TABLE "customer_order" DROP CONSTRAINT "customer_order_paid";
ALTER TABLE "customer_order"
  -- A confirmed order was paid in whole, unless it comes to nothing; what was given back since is told apart, and stays a refund of that.
  ADD CONSTRAINT "customer_order_paid" CHECK
    ("status" <> 'CONFIRMED' OR "payment_status" IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')
     OR ("total_amount" = 0 AND "payment_status" = 'NONE')) NOT VALID;
