import { sqlRule } from '../rule.ts';

export const stockMatchesMovements = sqlRule({
  name: 'stock-matches-movements',
  promise: 'units on hand and reserved are the sums of the stock movements',
  scope: 'full',
  database: 'product',
  sql: `
    SELECT * FROM (
      SELECT coalesce(s.variant_id, m.variant_id) AS variant_id,
             coalesce(s.on_hand, 0) AS on_hand, coalesce(s.reserved, 0) AS reserved,
             coalesce(m.on_hand, 0) AS moved, coalesce(m.reserved, 0) AS held
        FROM stock_level s
        FULL JOIN (
          SELECT variant_id,
                 sum(CASE kind WHEN 'RECEIPT' THEN quantity WHEN 'ADJUSTMENT' THEN quantity
                               WHEN 'RETURN' THEN quantity WHEN 'SALE' THEN -quantity ELSE 0 END) AS on_hand,
                 sum(CASE kind WHEN 'RESERVATION' THEN quantity WHEN 'RELEASE' THEN -quantity
                               WHEN 'SALE' THEN -quantity ELSE 0 END) AS reserved
            FROM stock_movement GROUP BY variant_id) m ON m.variant_id = s.variant_id) both_sides
     WHERE on_hand <> moved OR reserved <> held`,
  breach: ({ variant_id, on_hand, reserved, moved, held }) => ({
    ids: { variant: String(variant_id) },
    what: `on hand ${on_hand}, movements say ${moved}; reserved ${reserved}, movements say ${held}`,
  }),
});
