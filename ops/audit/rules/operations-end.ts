import { sqlRule } from '../rule.ts';

// 1 day: a call is repeated every 30 s until it is answered, and no provider is away for longer. It is also for how long
// providers promise to know an idempotency key: after that, the next try may charge again.
const patience = `interval '1 day'`;

export const operationsEnd = sqlRule({
  name: 'operations-end',
  promise: 'every call to a provider is answered within a day',
  scope: 'always',
  database: 'payment',
  sql: `
    SELECT o.key, o.payment_id, o.kind, o.tries, o.created_at
      FROM operation o
     WHERE o.done_at IS NULL AND o.created_at < now() - ${patience}`,
  breach: ({ key, payment_id, kind, tries, created_at }) => ({
    ids: { operation: String(key), payment: String(payment_id) },
    what: `${kind} is open since ${created_at instanceof Date ? created_at.toISOString() : created_at}, ${tries} tries`,
  }),
});
