import { sqlRule } from '../rule.ts';

export const nothingIsOversold = sqlRule({
  name: 'nothing-is-oversold',
  promise: 'no stock is negative, and no more units were sold than received',
  scope: 'full',
  database: 'product',
  sql: `
    SELECT s.variant_id, s.on_hand, s.reserved, coalesce(m.received, 0) AS received, coalesce(m.sold, 0) AS sold
      FROM stock_level s
      LEFT JOIN (
        SELECT variant_id,
               sum(quantity) FILTER (WHERE kind IN ('RECEIPT', 'ADJUSTMENT')) AS received,
               coalesce(sum(quantity) FILTER (WHERE kind = 'SALE'), 0)
                 - coalesce(sum(quantity) FILTER (WHERE kind = 'RETURN'), 0) AS sold
          FROM stock_movement GROUP BY variant_id) m ON m.variant_id = s.variant_id
     WHERE s.on_hand < 0 OR s.reserved < 0 OR s.reserved > s.on_hand OR coalesce(m.sold, 0) > coalesce(m.received, 0)`,
  breach: ({ variant_id, on_hand, reserved, received, sold }) => ({
    ids: { variant: String(variant_id) },
    what: `on hand ${on_hand}, reserved ${reserved}, received ${received}, sold ${sold}`,
  }),
});
