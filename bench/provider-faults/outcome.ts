/** What has become of orders, payments and webhooks, by their databases. */
import type { DatabaseUrls } from '#ops/addresses.ts';
import { withClient } from '#platform/database/client.ts';
import { ends, type MoneyAtProvider, type Order } from './promises.ts';

const rowsOf = <Row>(url: string | undefined, sql: string, ...values: unknown[]): Promise<Row[]> => {
  if (url === undefined) throw new Error('the simulator has no database here: PAYMENT_PROVIDER must be simulator');
  return withClient(url, async (client) => (await client.query(sql, values)).rows as Row[]);
};

/** What is still under way: a sentence for each kind. */
export const unfinished = async ({ order, payment, simulator }: DatabaseUrls): Promise<readonly string[]> => {
  const counts = [
    ['orders', order, 'SELECT count(*)::int AS n FROM customer_order WHERE status <> ALL ($1)', [ends]],
    ['calls to the provider', payment, 'SELECT count(*)::int AS n FROM operation WHERE done_at IS NULL', []],
    ['webhooks', simulator, 'SELECT count(*)::int AS n FROM webhook WHERE delivered_at IS NULL', []],
    ['refunds', simulator, `SELECT count(*)::int AS n FROM refund WHERE status = 'pending'`, []],
  ] as const;
  const found = await Promise.all(
    counts.map(async ([what, url, sql, values]) => {
      const [row] = await rowsOf<{ n: number }>(url, sql, ...values);
      return row && row.n > 0 ? [`${row.n} ${what}`] : [];
    }),
  );
  return found.flat();
};

export const ordersIn = ({ order }: DatabaseUrls): Promise<readonly Order[]> =>
  rowsOf(order, 'SELECT id, number, status::text AS status, total_amount AS total FROM customer_order');

export const moneyAtProvider = ({ simulator }: DatabaseUrls): Promise<readonly MoneyAtProvider[]> => {
  const sum = (...kinds: string[]) =>
    `coalesce(sum(e.amount) FILTER (WHERE e.kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')})), 0)::int`;
  return rowsOf(
    simulator,
    `SELECT i.id AS reference, i.metadata ->> 'order' AS "orderId",
            count(*) FILTER (WHERE e.kind = 'CAPTURE')::int AS captures, ${sum('CAPTURE')} AS captured,
            ${sum('REFUND')} - ${sum('REFUND_REVERSAL')} AS refunded,
            ${sum('AUTHORIZATION')} - ${sum('CAPTURE', 'VOID', 'EXPIRY')} AS held
       FROM payment_intent i LEFT JOIN effect e ON e.reference = i.id
      GROUP BY i.id`,
  );
};

/** `NAME n` for each group, the largest first. */
const tally = async (url: string | undefined, sql: string): Promise<string> =>
  (await rowsOf<{ name: string; n: number }>(url, `${sql} GROUP BY 1 ORDER BY n DESC, name`))
    .map(({ name, n }) => `${name} ${n}`)
    .join(', ');

export const asLines = async ({ order, payment, simulator }: DatabaseUrls): Promise<readonly string[]> => {
  const how = `kind::text || ' ' || coalesce(outcome, 'open')`;
  return [
    `orders: ${await tally(order, 'SELECT status::text AS name, count(*)::int AS n FROM customer_order')}`,
    `ended because: ${await tally(order, `SELECT failure ->> 'reason' AS name, count(*)::int AS n FROM customer_order WHERE failure IS NOT NULL`)}`,
    `payments: ${await tally(payment, 'SELECT status::text AS name, count(*)::int AS n FROM payment')}`,
    `calls: ${await tally(payment, `SELECT ${how} AS name, count(*)::int AS n FROM operation`)}`,
    `tried again: ${await tally(payment, `SELECT kind::text AS name, count(*)::int AS n FROM operation WHERE tries > 0`)}`,
    `webhooks received: ${await tally(payment, 'SELECT state::text AS name, count(*)::int AS n FROM provider_event')}`,
    `webhooks sent: ${await tally(simulator, `SELECT CASE copy WHEN 1 THEN 'once' ELSE 'again' END AS name, count(*)::int AS n FROM webhook`)}`,
    `money at the provider: ${await tally(simulator, 'SELECT kind AS name, count(*)::int AS n FROM effect')}`,
  ];
};
