import { sqlRule } from '../rule.ts';

export const reservedMatchesReservations = sqlRule({
  name: 'reserved-matches-reservations',
  promise: 'reserved units are those of the live reservations',
  scope: 'full',
  database: 'product',
  sql: `
    SELECT s.variant_id, s.reserved, coalesce(live.units, 0) AS live
      FROM stock_level s
      LEFT JOIN (
        SELECT l.variant_id, sum(l.quantity) AS units
          FROM reservation_line l JOIN reservation r ON r.attempt_id = l.attempt_id
         WHERE r.status = 'RESERVED' GROUP BY l.variant_id) live ON live.variant_id = s.variant_id
     WHERE s.reserved <> coalesce(live.units, 0)`,
  breach: ({ variant_id, reserved, live }) => ({
    ids: { variant: String(variant_id) },
    what: `reserved ${reserved}, live reservations hold ${live}`,
  }),
});
