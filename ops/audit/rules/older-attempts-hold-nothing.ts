import type { OrderRule } from '../rule.ts';

interface Unfinished extends Record<string, unknown> {
  readonly id: string;
  readonly order_id: string;
  readonly attempt_id: string;
  readonly status: string;
  readonly authorized: number;
  readonly kept: number;
}

const sql = `
  SELECT id, order_id, attempt_id, status, authorized, captured - refunded AS kept
    FROM payment
   WHERE order_id = ANY ($1::text[])
     AND (status NOT IN ('DECLINED', 'VOIDED', 'REFUNDED', 'WITHDRAWN') OR captured <> refunded)`;

/** An order is tried again only when it is known that the last try took nothing. */
export const olderAttemptsHoldNothing: OrderRule = {
  name: 'older-attempts-hold-nothing',
  promise: 'money is held or kept for the latest attempt to pay an order, and for no earlier one',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const latest = new Map(
      orders.filter((order) => order.attempt_number > 1).map((order) => [order.id, order.attempt_id]),
    );
    if (latest.size === 0) return [];
    const payments = await databases.payment<Unfinished>(sql, [...latest.keys()]);
    return payments
      .filter(({ order_id, attempt_id }) => attempt_id !== latest.get(order_id))
      .map(({ id, order_id, status, authorized, kept }) => ({
        ids: { order: order_id, payment: id },
        what: `an earlier attempt's payment is ${status}: ${authorized} was held, ${kept} is kept`,
      }));
  },
};
