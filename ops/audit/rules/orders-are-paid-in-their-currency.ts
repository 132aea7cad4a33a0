import type { OrderRule } from '../rule.ts';

interface Paid extends Record<string, unknown> {
  readonly id: string;
  readonly order_id: string;
  readonly currency: string;
}

const sql = `
  SELECT p.id, p.order_id, p.currency FROM payment p WHERE p.order_id = ANY ($1::text[])
   UNION
  SELECT p.id, p.order_id, l.currency FROM payment p JOIN ledger_entry l ON l.payment_id = p.id
   WHERE p.order_id = ANY ($1::text[])`;

/** 5000 is not 5000: every other rule about money compares amounts. */
export const ordersArePaidInTheirCurrency: OrderRule = {
  name: 'orders-are-paid-in-their-currency',
  promise: 'payments and their ledger are in the currency of their order',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const currencies = new Map(orders.map(({ id, currency }) => [id, currency]));
    const paid = await databases.payment<Paid>(sql, [...currencies.keys()]);
    return paid
      .filter(({ order_id, currency }) => currency !== currencies.get(order_id))
      .map(({ id, order_id, currency }) => ({
        ids: { order: order_id, payment: id },
        what: `the order is in ${currencies.get(order_id)}, and ${currency} was asked for or moved`,
      }));
  },
};
