import type { AuditedOrder, OrderBreach, OrderRule } from '../rule.ts';

interface Reservation extends Record<string, unknown> {
  order_id: string;
  attempt_id: string;
  status: string;
}

const sql = `
  SELECT order_id, attempt_id, status FROM reservation
   WHERE order_id = ANY ($1::text[]) AND status IN ('RESERVED', 'COMMITTED')`;
const units = `
  SELECT attempt_id AS id, string_agg(variant_id || 'x' || quantity, ',' ORDER BY variant_id) AS units
    FROM reservation_line WHERE attempt_id = ANY ($1::text[]) GROUP BY attempt_id`;
const ordered = `
  SELECT order_id AS id, string_agg(variant_id || 'x' || quantity, ',' ORDER BY variant_id) AS units
    FROM (SELECT order_id, variant_id, sum(quantity) AS quantity FROM order_line
           WHERE order_id = ANY ($1::text[]) GROUP BY order_id, variant_id) l
   GROUP BY order_id`;
type Units = { id: string; units: string };

/** A confirmed order has sold exactly its own units, once; any other order at rest has sold and holds none. */
export const stockMatchesOrders: OrderRule = {
  name: 'stock-matches-orders',
  promise: 'a confirmed order sold exactly its units, any other at rest sold and holds none',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const settled = orders.filter((order) => order.is_settled);
    const ids = settled.map(({ id }) => id);
    const live = Map.groupBy(await databases.product<Reservation>(sql, ids), ({ order_id }) => order_id);
    const attempts = [...live.values()].flat().map(({ attempt_id }) => attempt_id);
    const sold = new Map((await databases.product<Units>(units, attempts)).map((row) => [row.id, row.units]));
    const wanted = new Map((await databases.order<Units>(ordered, ids)).map((row) => [row.id, row.units]));
    return settled.flatMap((order) => compare(order, live.get(order.id) ?? [], sold, wanted));
  },
};

const compare = (
  { id, status, attempt_id }: AuditedOrder,
  live: readonly Reservation[],
  sold: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): OrderBreach[] => {
  const [only] = live;
  const fits =
    status === 'CONFIRMED'
      ? live.length === 1 &&
        only?.status === 'COMMITTED' &&
        only.attempt_id === attempt_id &&
        sold.get(attempt_id) === wanted.get(id)
      : live.length === 0;
  const found = live.map((it) => `${it.status} ${sold.get(it.attempt_id)}`).join(' and ') || 'nothing';
  return fits ? [] : [{ ids: { order: id }, what: `${status} ${wanted.get(id)}: the stock says ${found}` }];
};
