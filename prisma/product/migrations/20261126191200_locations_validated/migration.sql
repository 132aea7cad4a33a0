-- On their own, because these read whole tables: here nobody waits for them.
ALTER TABLE "stock_movement" VALIDATE CONSTRAINT "stock_movement_variant_id_location_fkey";
ALTER TABLE "reservation_line" VALIDATE CONSTRAINT "reservation_line_variant_id_location_fkey";
ALTER TABLE "stock_movement" VALIDATE CONSTRAINT "stock_movement_quantity_sign";
ALTER TABLE "stock_movement" VALIDATE CONSTRAINT "stock_movement_cause_fits_kind";
