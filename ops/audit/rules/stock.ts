/** Stock: units are the sums of their movements, and each is sold to the order that bought it. */
import { effectsHaveOrders } from '../effects.ts';
import {
  type AuditedOrder,
  type OrderRule,
  type OrderViolation,
  orderSqlRule,
  type Row,
  type Rule,
  sqlRule,
} from '../rule.ts';

interface Reservation extends Row {
  readonly order_id: string;
  readonly attempt_id: string;
  readonly status: string;
}

const reservations = `
  SELECT order_id, attempt_id, status FROM reservation
   WHERE order_id = ANY ($1::text[]) AND status IN ('RESERVED', 'COMMITTED')`;
const reservedUnits = `
  SELECT attempt_id AS id, string_agg(variant_id || 'x' || quantity, ',' ORDER BY variant_id) AS units
    FROM (SELECT attempt_id, variant_id, sum(quantity) AS quantity FROM reservation_line
           WHERE attempt_id = ANY ($1::text[]) GROUP BY attempt_id, variant_id) l
   GROUP BY attempt_id`;
const orderedUnits = `
  SELECT order_id AS id, string_agg(variant_id || 'x' || quantity, ',' ORDER BY variant_id) AS units
    FROM (SELECT order_id, variant_id, sum(quantity) AS quantity FROM order_line
           WHERE order_id = ANY ($1::text[]) GROUP BY order_id, variant_id) l
   GROUP BY order_id`;
type Units = { id: string; units: string };

/** A confirmed order has sold exactly its own units, once; any other completed order has sold and reserves none. */
const stockMatchesOrders: OrderRule = {
  name: 'stock-matches-orders',
  promise: 'a confirmed order sold exactly its units; any other completed order sold and reserves none',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const settled = orders.filter((order) => order.is_settled);
    const ids = settled.map(({ id }) => id);
    const live = Map.groupBy(await databases.product<Reservation>(reservations, ids), ({ order_id }) => order_id);
    const attempts = [...live.values()].flat().map(({ attempt_id }) => attempt_id);
    const sold = new Map((await databases.product<Units>(reservedUnits, attempts)).map((row) => [row.id, row.units]));
    const ordered = new Map((await databases.order<Units>(orderedUnits, ids)).map((row) => [row.id, row.units]));
    return settled.flatMap((order) => compare(order, live.get(order.id) ?? [], sold, ordered.get(order.id)));
  },
};

const compare = (
  { id, status, attempt_id }: AuditedOrder,
  live: readonly Reservation[],
  sold: ReadonlyMap<string, string>,
  ordered: string | undefined,
): OrderViolation[] => {
  const [only] = live;
  const isRight =
    status === 'CONFIRMED'
      ? live.length === 1 &&
        only?.status === 'COMMITTED' &&
        only.attempt_id === attempt_id &&
        sold.get(attempt_id) === ordered
      : live.length === 0;
  const found = live.map((it) => `${it.status} ${sold.get(it.attempt_id)}`).join(' and ') || 'nothing';
  return isRight ? [] : [{ ids: { order: id }, what: `${status} ${ordered}: the stock has ${found}` }];
};

export const stockRules: readonly Rule[] = [
  stockMatchesOrders,
  effectsHaveOrders({
    name: 'reservations-have-orders',
    promise: 'nothing is reserved or sold for an order that does not exist',
    database: 'product',
    table: 'reservation',
    columns: `attempt_id, order_id, 'stock is ' || status AS what`,
  }),
  // Each line of a reservation has moved the stock as its status implies, by its quantity, where it was drawn, and in no
  // other way.
  orderSqlRule({
    name: 'reservations-match-movements',
    promise: 'what a reservation became is what it did to the stock, unit by unit',
    database: 'product',
    sql: `
    WITH r AS (SELECT attempt_id, order_id, status::text FROM reservation WHERE order_id = ANY ($1::text[])),
    due (status, source, kind) AS (VALUES
      ('RESERVED', 'STOCK', 'RESERVATION'),
      ('RELEASED', 'STOCK', 'RESERVATION'), ('RELEASED', 'STOCK', 'RELEASE'),
      ('EXPIRED', 'STOCK', 'RESERVATION'), ('EXPIRED', 'STOCK', 'RELEASE'),
      ('COMMITTED', 'STOCK', 'RESERVATION'), ('COMMITTED', 'STOCK', 'SALE'),
      ('RETURNED', 'STOCK', 'RESERVATION'), ('RETURNED', 'STOCK', 'SALE'), ('RETURNED', 'STOCK', 'RETURN'),
      ('RESERVED', 'BACKORDER', 'BACKORDER'), ('COMMITTED', 'BACKORDER', 'BACKORDER'),
      ('COMMITTED', 'BACKORDER_FILLED', 'BACKORDER'), ('COMMITTED', 'BACKORDER_FILLED', 'BACKORDER_FILL'),
      ('RETURNED', 'BACKORDER_FILLED', 'BACKORDER'), ('RETURNED', 'BACKORDER_FILLED', 'BACKORDER_FILL'),
      ('RETURNED', 'BACKORDER_FILLED', 'RETURN'),
      ('RELEASED', 'BACKORDER_RELEASED', 'BACKORDER'), ('RELEASED', 'BACKORDER_RELEASED', 'BACKORDER_RELEASE'),
      ('EXPIRED', 'BACKORDER_RELEASED', 'BACKORDER'), ('EXPIRED', 'BACKORDER_RELEASED', 'BACKORDER_RELEASE'),
      ('RETURNED', 'BACKORDER_RELEASED', 'BACKORDER'), ('RETURNED', 'BACKORDER_RELEASED', 'BACKORDER_RELEASE')),
    expected AS (
      SELECT r.attempt_id, l.variant_id, l.location, due.kind, sum(l.quantity)::int AS quantity
        FROM r JOIN reservation_line l ON l.attempt_id = r.attempt_id
        JOIN due ON due.status = r.status AND due.source = l.source::text
       GROUP BY 1, 2, 3, 4),
    moved AS (
      SELECT r.attempt_id, m.variant_id, m.location, m.kind::text AS kind, m.quantity
        FROM r JOIN stock_movement m ON m.attempt_id = r.attempt_id)
    SELECT r.attempt_id, r.order_id, r.status, d.variant_id, d.location, d.kind, d.expected, d.moved
      FROM (SELECT attempt_id, variant_id, location, kind, e.quantity AS expected, m.quantity AS moved
              FROM expected e FULL JOIN moved m USING (attempt_id, variant_id, location, kind)) d
      JOIN r ON r.attempt_id = d.attempt_id
     WHERE d.expected IS DISTINCT FROM d.moved`,
    ids: { attempt: 'attempt_id', order: 'order_id', variant: 'variant_id', location: 'location', kind: 'kind' },
    what: ({ status, kind, expected, moved }) =>
      `${status}: ${kind} of ${moved ?? 'nothing'}, expected ${expected ?? 'nothing'}`,
  }),
  sqlRule({
    name: 'stock-matches-movements',
    promise: 'units on hand, reserved and backordered at each location are the sums of the stock movements',
    scope: 'full',
    database: 'product',
    sql: `
    SELECT * FROM (
      SELECT coalesce(s.variant_id, m.variant_id) AS variant_id, coalesce(s.location, m.location) AS location,
             coalesce(s.on_hand, 0) AS on_hand, coalesce(s.reserved, 0) AS reserved,
             coalesce(s.backordered, 0) AS backordered, coalesce(m.on_hand, 0) AS moved,
             coalesce(m.reserved, 0) AS held, coalesce(m.backordered, 0) AS owed
        FROM stock_level s
        FULL JOIN (
          SELECT variant_id, location,
                 sum(CASE WHEN kind IN ('RECEIPT', 'ADJUSTMENT', 'RETURN', 'TRANSFER') THEN quantity
                          WHEN kind IN ('SALE', 'SCRAP', 'BACKORDER_FILL') THEN -quantity ELSE 0 END) AS on_hand,
                 sum(CASE kind WHEN 'RESERVATION' THEN quantity WHEN 'RELEASE' THEN -quantity
                               WHEN 'SALE' THEN -quantity ELSE 0 END) AS reserved,
                 sum(CASE WHEN kind = 'BACKORDER' THEN quantity
                          WHEN kind IN ('BACKORDER_RELEASE', 'BACKORDER_FILL') THEN -quantity ELSE 0 END) AS backordered
            FROM stock_movement GROUP BY variant_id, location) m
          ON m.variant_id = s.variant_id AND m.location = s.location) both_sides
     WHERE on_hand <> moved OR reserved <> held OR backordered <> owed`,
    ids: { variant: 'variant_id', location: 'location' },
    what: ({ on_hand, reserved, backordered, moved, held, owed }) =>
      `on hand ${on_hand}, by movements ${moved}; reserved ${reserved}, by movements ${held}; backordered ${backordered}, by movements ${owed}`,
  }),
  sqlRule({
    name: 'reserved-stock-matches-reservations',
    promise: 'reserved and backordered units at each location are those that reservations hold or wait for',
    scope: 'full',
    database: 'product',
    sql: `
    SELECT s.variant_id, s.location, s.reserved, coalesce(live.units, 0) AS live,
           s.backordered, coalesce(live.owed, 0) AS owed
      FROM stock_level s
      LEFT JOIN (
        SELECT l.variant_id, l.location,
               sum(l.quantity) FILTER (WHERE l.source = 'STOCK' AND r.status = 'RESERVED') AS units,
               sum(l.quantity) FILTER (WHERE l.source = 'BACKORDER') AS owed
          FROM reservation_line l JOIN reservation r ON r.attempt_id = l.attempt_id
         WHERE r.status = 'RESERVED' OR l.source = 'BACKORDER' GROUP BY l.variant_id, l.location) live
        ON live.variant_id = s.variant_id AND live.location = s.location
     WHERE s.reserved <> coalesce(live.units, 0) OR s.backordered <> coalesce(live.owed, 0)`,
    ids: { variant: 'variant_id', location: 'location' },
    what: ({ reserved, live, backordered, owed }) =>
      `reserved ${reserved}, live reservations ${live}; backordered ${backordered}, owed ${owed}`,
  }),
  sqlRule({
    name: 'transfers-arrive',
    promise: 'what left a location by a transfer arrived at another',
    scope: 'full',
    database: 'product',
    sql: `
    SELECT variant_id, reference, sum(quantity) AS lost
      FROM stock_movement WHERE kind = 'TRANSFER' GROUP BY variant_id, reference HAVING sum(quantity) <> 0`,
    ids: { variant: 'variant_id', reference: 'reference' },
    what: ({ lost }) => `the two sides differ by ${lost}`,
  }),
  sqlRule({
    name: 'no-overselling',
    promise: 'no stock is negative, and no more units were sold than received',
    scope: 'full',
    database: 'product',
    sql: `
    SELECT s.variant_id, s.on_hand, s.reserved, coalesce(m.received, 0) AS received, coalesce(m.sold, 0) AS sold
      FROM (SELECT variant_id, sum(on_hand) AS on_hand, sum(reserved) AS reserved,
                   bool_or(on_hand < 0 OR reserved < 0 OR reserved > on_hand OR backordered < 0) AS is_impossible
              FROM stock_level GROUP BY variant_id) s
      LEFT JOIN (
        SELECT variant_id,
               sum(quantity) FILTER (WHERE kind IN ('RECEIPT', 'ADJUSTMENT')) AS received,
               coalesce(sum(quantity) FILTER (WHERE kind IN ('SALE', 'BACKORDER_FILL')), 0)
                 - coalesce(sum(quantity) FILTER (WHERE kind = 'RETURN'), 0) AS sold
          FROM stock_movement GROUP BY variant_id) m ON m.variant_id = s.variant_id
     WHERE s.is_impossible OR coalesce(m.sold, 0) > coalesce(m.received, 0)`,
    ids: { variant: 'variant_id' },
    what: (row) => `on hand ${row.on_hand}, reserved ${row.reserved}, received ${row.received}, sold ${row.sold}`,
  }),
];
