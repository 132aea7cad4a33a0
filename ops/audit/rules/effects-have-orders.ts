/** Money and goods that moved for an order which does not exist, or for an attempt that it never made. */
import type { SubgraphName } from '../../services.ts';
import type { AuditContext, Breach, SystemRule } from '../rule.ts';

interface Effect extends Record<string, unknown> {
  readonly attempt_id: string;
  readonly order_id: string;
  readonly what: string;
}

// 5,000 a page: two ids each, a few hundred KiB.
const pageSize = 5_000;

const unknown = `
  SELECT e.attempt_id FROM unnest($1::text[], $2::text[]) AS e(attempt_id, order_id)
   WHERE NOT EXISTS (SELECT 1 FROM attempt a WHERE a.id = e.attempt_id AND a.order_id = e.order_id)`;

/** An attempt is written before its first command is sent, so whoever looks there last finds it. */
const effectsHaveOrders = (
  named: Pick<SystemRule, 'name' | 'promise'>,
  database: SubgraphName,
  { columns, table }: { readonly columns: string; readonly table: string },
): SystemRule => {
  const next = `SELECT ${columns} FROM ${table} WHERE attempt_id > $1 ORDER BY attempt_id LIMIT ${pageSize}`;
  const ofOrders = `SELECT ${columns} FROM ${table} WHERE order_id = ANY ($1::text[])`;
  const withoutOrder = async ({ databases }: AuditContext, effects: readonly Effect[]): Promise<Breach[]> => {
    const rows = await databases.order<{ attempt_id: string }>(
      unknown,
      effects.map((effect) => effect.attempt_id),
      effects.map((effect) => effect.order_id),
    );
    const orphans = new Set(rows.map(({ attempt_id }) => attempt_id));
    return effects
      .filter(({ attempt_id }) => orphans.has(attempt_id))
      .map(({ attempt_id, order_id, what }) => ({
        ids: { attempt: attempt_id, order: order_id },
        what: `${what} for an order that does not exist, or that never made this attempt`,
      }));
  };
  return {
    ...named,
    scope: 'moved',
    check: async (context) => {
      const { databases, moved } = context;
      if (moved) return await withoutOrder(context, await databases[database]<Effect>(ofOrders, moved.orders));
      const breaches: Breach[] = [];
      for (let after = ''; ; ) {
        const page = await databases[database]<Effect>(next, after);
        breaches.push(...(await withoutOrder(context, page)));
        const last = page.at(-1);
        if (!last || page.length < pageSize) return breaches;
        after = last.attempt_id;
      }
    },
  };
};

export const paymentsHaveOrders = effectsHaveOrders(
  { name: 'payments-have-orders', promise: 'nobody is charged for an order that does not exist' },
  'payment',
  {
    table: 'payment',
    columns: `attempt_id, order_id, 'payment ' || id || ' is ' || status || ', captured ' || captured || ',' AS what`,
  },
);

export const reservationsHaveOrders = effectsHaveOrders(
  { name: 'reservations-have-orders', promise: 'nothing is held or sold for an order that does not exist' },
  'product',
  { table: 'reservation', columns: `attempt_id, order_id, 'stock is ' || status AS what` },
);
