-- live: both checks allow more than those that they replace, so nothing has to be looked at again (NOT VALID).
ALTER TABLE "customer_order" DROP CONSTRAINT "customer_order_total";
ALTER TABLE "customer_order" ADD CONSTRAINT "customer_order_total"
  CHECK ("total_amount" >= 0 AND "currency" IN ('EUR', 'USD', 'GBP', 'KRW')) NOT VALID;
ALTER TABLE "catalogue_variant" DROP CONSTRAINT "catalogue_variant_price";
ALTER TABLE "catalogue_variant" ADD CONSTRAINT "catalogue_variant_price"
  CHECK ("price_amount" >= 0 AND "currency" IN ('EUR', 'USD', 'GBP', 'KRW')) NOT VALID;
