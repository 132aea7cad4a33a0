import { sqlRule } from '../rule.ts';

export const timelinesAreWhole = sqlRule({
  name: 'timelines-are-whole',
  promise: 'every change of an order is on its timeline, and the last entry is its status',
  database: 'order',
  sql: `
    SELECT o.id, o.version, count(e.version) AS entries,
           (array_agg(e.status ORDER BY e.version DESC))[1] AS last, o.status
      FROM customer_order o LEFT JOIN order_event e ON e.order_id = o.id
     GROUP BY o.id
    HAVING count(e.version) <> o.version OR (array_agg(e.status ORDER BY e.version DESC))[1] IS DISTINCT FROM o.status`,
  breach: ({ id, version, entries, last, status }) => ({
    ids: { order: String(id) },
    what: `version ${version} ${status}, ${entries} entries, the last ${last}`,
  }),
});
