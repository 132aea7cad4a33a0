import { sqlRule } from '../rule.ts';

export const noOrderIsParked = sqlRule({
  name: 'no-order-is-parked',
  promise: 'no order waits for a person because an undo failed',
  scope: 'always',
  database: 'order',
  sql: `SELECT id, number, failure FROM customer_order WHERE status = 'NEEDS_ATTENTION'`,
  breach: ({ id, number }) => ({ ids: { order: String(id) }, what: `${number} needs attention` }),
});
