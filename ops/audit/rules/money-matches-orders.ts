import type { AuditedOrder, OrderBreach, OrderRule } from '../rule.ts';

interface Kept extends Record<string, unknown> {
  order_id: string;
  kept: string;
  held: string;
}

// Held until the provider has taken it, let it go, or said no.
const sql = `
  SELECT order_id, sum(captured - refunded) AS kept,
         sum(CASE WHEN status IN ('AUTHORIZED', 'CAPTURING', 'CAPTURE_FAILED', 'CANCELLING', 'VOIDING', 'VOID_FAILED')
                  THEN authorized ELSE 0 END) AS held
    FROM payment WHERE order_id = ANY ($1::text[]) GROUP BY order_id`;

/** Σ captured − Σ refunded = what customers owe: the total of a confirmed order, nothing of any other. */
export const moneyMatchesOrders: OrderRule = {
  name: 'money-matches-orders',
  promise: 'a confirmed order is paid exactly, any other at rest keeps and holds no money',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const settled = orders.filter((order) => order.is_settled);
    const rows = await databases.payment<Kept>(
      sql,
      settled.map(({ id }) => id),
    );
    const kept = new Map(rows.map((row) => [row.order_id, row]));
    return settled.flatMap((order) => compare(order, kept.get(order.id)));
  },
};

const compare = ({ id, status, total }: AuditedOrder, row: Kept | undefined): OrderBreach[] => {
  const owed = status === 'CONFIRMED' ? total : 0;
  const kept = Number(row?.kept ?? 0);
  const held = Number(row?.held ?? 0);
  return kept === owed && held === 0
    ? []
    : [{ ids: { order: id }, what: `${status}: owes ${owed}, ${kept} was kept and ${held} is still held` }];
};
