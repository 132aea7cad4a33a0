import { sqlRule } from '../rule.ts';

export const ordersAreAnnounced = sqlRule({
  name: 'orders-are-announced',
  promise: 'an order and its order.placed message exist together or not at all',
  database: 'order',
  sql: `
    SELECT coalesce(o.id, m.aggregate_id) AS id, o.id IS NULL AS lost
      FROM customer_order o
      FULL JOIN (SELECT aggregate_id FROM outbox_message WHERE type = 'order.placed') m ON m.aggregate_id = o.id
     WHERE o.id IS NULL OR m.aggregate_id IS NULL`,
  breach: ({ id, lost }) => ({
    ids: { order: String(id) },
    what: lost ? 'was announced and does not exist' : 'was never announced',
  }),
});
