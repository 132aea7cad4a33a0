/** Notifications: each event that concerns a customer leads to exactly one. */
import { messages } from '#contracts/messages/index.ts';
import { countsByKey, type OrderRule, type Row, type Rule, sqlRule } from '../rule.ts';

/** The kind of notification that each event about an order leads to: `order.payment-failed` to ORDER_PAYMENT_FAILED. */
const kinds = new Map(
  messages
    .filter(({ owner, receivers }) => owner === 'order' && receivers.includes('user'))
    .map(({ type }) => [type, type.toUpperCase().replaceAll(/[.-]/g, '_')]),
);

interface Counted extends Row {
  readonly order_id: string;
  readonly kind: string;
  readonly times: string;
}

const eventsOf = `
  SELECT aggregate_id AS order_id, type AS kind, count(*) AS times FROM outbox_message
   WHERE aggregate_type = 'order' AND aggregate_id = ANY ($1::text[]) AND type = ANY ($2::text[]) GROUP BY 1, 2`;
// By customer, because that is what there is an index for.
const notificationsOf = `
  SELECT order_id, kind, count(*) AS times FROM notification
   WHERE customer_id = ANY ($1::text[]) AND order_id = ANY ($2::text[]) GROUP BY 1, 2`;

// Their notifications were erased with the account.
const closedOf = `SELECT id FROM user_account WHERE id = ANY ($1::text[]) AND closed_at IS NOT NULL`;

const customersAreNotified: OrderRule = {
  name: 'customers-are-notified-once',
  promise: 'a customer is notified of each event of an order exactly once',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const candidates = orders.filter((order) => order.is_settled);
    const everybody = [...new Set(candidates.map(({ customer_id }) => customer_id))];
    const closed = new Set((await databases.user<{ id: string }>(closedOf, everybody)).map(({ id }) => id));
    const settled = candidates.filter(({ customer_id }) => !closed.has(customer_id));
    const ids = settled.map(({ id }) => id);
    const customers = everybody.filter((id) => !closed.has(id));
    const events = await databases.order<Counted>(eventsOf, ids, [...kinds.keys()]);
    const due = countsByKey(events, ({ order_id, kind }) => `${order_id} ${kinds.get(kind)}`);
    const notifications = await databases.user<Counted>(notificationsOf, customers, ids);
    const sent = countsByKey(notifications, ({ order_id, kind }) => `${order_id} ${kind}`);
    return [...new Set([...due.keys(), ...sent.keys()])]
      .filter((key) => (due.get(key) ?? 0) !== (sent.get(key) ?? 0))
      .map((key) => {
        const [order, kind] = key.split(' ') as [string, string];
        return {
          ids: { order, kind },
          what: `${sent.get(key) ?? 0} notifications ${kind} for ${due.get(key) ?? 0} events`,
        };
      });
  },
};

export const notificationRules: readonly Rule[] = [
  customersAreNotified,
  // The other one that is not about an order, BACK_IN_STOCK, is as its messages are: processed once, which is a rule of those.
  sqlRule({
    name: 'new-accounts-get-one-welcome',
    promise: 'a new customer is welcomed exactly once',
    scope: 'full',
    database: 'user',
    sql: `
    SELECT m.user_id, count(n.id) AS times
      FROM (SELECT data->>'userId' AS user_id FROM outbox_message
             WHERE type = 'user.registered' AND occurred_at < $1) m
      JOIN user_account u ON u.id = m.user_id AND u.closed_at IS NULL
      LEFT JOIN notification n ON n.customer_id = m.user_id AND n.kind = 'WELCOME'
     GROUP BY m.user_id
    HAVING count(n.id) <> 1`,
    ids: { user: 'user_id' },
    what: ({ times }) => `was welcomed ${times} times`,
  }),
];
