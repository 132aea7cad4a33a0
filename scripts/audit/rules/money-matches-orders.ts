import type { Breach, Rule } from '../rule.ts';
import { type SettledOrder, settledOrders } from '../settled-orders.ts';

interface Kept extends Record<string, unknown> {
  order_id: string;
  kept: string;
  held: string;
}

const sql = `
  SELECT order_id, sum(captured - refunded) AS kept,
         sum(CASE WHEN status IN ('AUTHORIZED', 'CAPTURING') THEN authorized ELSE 0 END) AS held
    FROM payment WHERE order_id = ANY($1::text[]) GROUP BY order_id`;

/** Σ captured − Σ refunded = what customers owe: the total of a confirmed order, nothing of any other. */
export const moneyMatchesOrders: Rule = {
  name: 'money-matches-orders',
  promise: 'a confirmed order is paid exactly, any other at rest keeps and holds no money',
  check: async ({ databases, settledBefore }) => {
    const breaches: Breach[] = [];
    for await (const orders of settledOrders(databases.order, settledBefore)) {
      const ids = orders.map(({ id }) => id);
      const kept = new Map((await databases.payment<Kept>(sql, ids)).map((row) => [row.order_id, row]));
      breaches.push(...orders.flatMap((order) => compare(order, kept.get(order.id))));
    }
    return breaches;
  },
};

const compare = ({ id, status, total }: SettledOrder, row: Kept | undefined): Breach[] => {
  const owed = status === 'CONFIRMED' ? total : 0;
  const kept = Number(row?.kept ?? 0);
  const held = Number(row?.held ?? 0);
  return kept === owed && held === 0
    ? []
    : [{ ids: { order: id }, what: `${status}: owes ${owed}, ${kept} was kept and ${held} is still held` }];
};
