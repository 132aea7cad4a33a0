import { messages } from '#contracts/messages/index.ts';
import type { OrderRule, Row } from '../rule.ts';

/** What a customer is told of an order, by the message that says so: `order.payment-failed` is ORDER_PAYMENT_FAILED. */
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

const said = `
  SELECT aggregate_id AS order_id, type AS kind, count(*) AS times FROM outbox_message
   WHERE aggregate_type = 'order' AND aggregate_id = ANY ($1::text[]) AND type = ANY ($2::text[]) GROUP BY 1, 2`;
// By customer, because that is what there is an index for.
const told = `
  SELECT order_id, kind, count(*) AS times FROM notification
   WHERE user_id = ANY ($1::text[]) AND order_id = ANY ($2::text[]) GROUP BY 1, 2`;

/** One notification for each message: none is missing, and a message that came twice was told once. */
export const customersAreTold: OrderRule = {
  name: 'customers-are-told',
  promise: 'a customer is told each piece of news about an order, once',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const settled = orders.filter((order) => order.is_settled);
    const ids = settled.map(({ id }) => id);
    const customers = [...new Set(settled.map(({ customer_id }) => customer_id))];
    const news = await databases.order<Counted>(said, ids, [...kinds.keys()]);
    const due = new Map(news.map(({ order_id, kind, times }) => [`${order_id} ${kinds.get(kind)}`, Number(times)]));
    const notifications = await databases.user<Counted>(told, customers, ids);
    const got = new Map(notifications.map(({ order_id, kind, times }) => [`${order_id} ${kind}`, Number(times)]));
    return [...new Set([...due.keys(), ...got.keys()])]
      .filter((key) => (due.get(key) ?? 0) !== (got.get(key) ?? 0))
      .map((key) => {
        const [order, kind] = key.split(' ') as [string, string];
        return {
          ids: { order, kind },
          what: `${kind} was told ${got.get(key) ?? 0} times, and happened ${due.get(key) ?? 0} times`,
        };
      });
  },
};
