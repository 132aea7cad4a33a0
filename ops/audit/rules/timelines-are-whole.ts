import { orderSqlRule } from '../rule.ts';

/** A primary key of order and version, as many entries as versions, none above the last: then none is missing. */
export const timelinesAreWhole = orderSqlRule({
  name: 'timelines-are-whole',
  promise: 'every change of an order is on its timeline, and the last entry is its status',
  database: 'order',
  sql: `
    SELECT o.id, o.version, o.status, coalesce(e.entries, 0) AS entries, last.status AS last
      FROM customer_order o
      LEFT JOIN (SELECT order_id, count(*) AS entries, min(version) AS lowest, max(version) AS highest
                   FROM order_event WHERE order_id = ANY ($1::text[]) GROUP BY order_id) e ON e.order_id = o.id
      LEFT JOIN order_event last ON last.order_id = o.id AND last.version = o.version
     WHERE o.id = ANY ($1::text[])
       AND ((e.entries, e.lowest, e.highest) IS DISTINCT FROM (o.version::bigint, 1, o.version)
            OR last.status IS DISTINCT FROM o.status)`,
  breach: ({ id, version, entries, last, status }) => ({
    ids: { order: String(id) },
    what: `version ${version} ${status}, ${entries} entries, the last ${last}`,
  }),
});
