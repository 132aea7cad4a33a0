import { sqlRule } from '../rule.ts';

/** A step's deadline is what the sweep acts on: one that is long past, or missing, means that nobody is coming. */
export const ordersEnd = sqlRule({
  name: 'orders-end',
  promise: 'every order on its way has a deadline, and something happens when it passes',
  scope: 'always',
  database: 'order',
  sql: `
    SELECT id, status, step_deadline
      FROM customer_order
     WHERE status IN ('PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'COMPENSATING', 'PAYMENT_FAILED')
       AND (step_deadline IS NULL OR step_deadline < $1)`,
  breach: ({ id, status, step_deadline }) => ({
    ids: { order: String(id) },
    what: `${status}, ${step_deadline instanceof Date ? `due since ${step_deadline.toISOString()}` : 'without a deadline'}`,
  }),
});
