import { orderSqlRule } from '../rule.ts';

/** That what was announced exists is for promised-orders-exist.ts to say. */
export const ordersAreAnnounced = orderSqlRule({
  name: 'orders-are-announced',
  promise: 'every order has its order.placed message',
  database: 'order',
  sql: `
    SELECT o.id FROM unnest($1::text[]) AS o(id)
     WHERE NOT EXISTS (SELECT 1 FROM outbox_message m
                        WHERE m.aggregate_type = 'order' AND m.aggregate_id = o.id AND m.type = 'order.placed')`,
  breach: ({ id }) => ({ ids: { order: String(id) }, what: 'was never announced' }),
});
