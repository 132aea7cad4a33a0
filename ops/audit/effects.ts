/** A rule for each database whose effects must belong to an attempt of an order that exists. */
import type { DatabaseName } from '../services.ts';
import type { AuditContext, Row, SystemRule, Violation } from './rule.ts';

interface Effect extends Row {
  readonly attempt_id: string;
  readonly order_id: string;
  readonly what: string;
}

// 5,000 a page: two ids each, a few hundred KiB.
const pageSize = 5_000;

const orphans = `
  SELECT e.attempt_id FROM unnest($1::text[], $2::text[]) AS e(attempt_id, order_id)
   WHERE NOT EXISTS (SELECT 1 FROM attempt a WHERE a.id = e.attempt_id AND a.order_id = e.order_id)`;

/** An attempt is written before its first command is sent, so it is there when it is looked up after the effect. */
export const effectsHaveOrders = ({
  database,
  table,
  columns,
  where = 'true',
  ...named
}: Pick<SystemRule, 'name' | 'promise'> & {
  readonly database: DatabaseName;
  readonly table: string;
  readonly columns: string;
  /** Which rows are effects that last; all, unless given. */
  readonly where?: string;
}): SystemRule => {
  const next = `SELECT ${columns} FROM ${table} WHERE attempt_id > $1 AND (${where}) ORDER BY attempt_id LIMIT ${pageSize}`;
  const ofOrders = `SELECT ${columns} FROM ${table} WHERE order_id = ANY ($1::text[]) AND (${where})`;
  const withoutOrder = async ({ databases }: AuditContext, effects: readonly Effect[]): Promise<Violation[]> => {
    const rows = await databases.order<{ attempt_id: string }>(
      orphans,
      effects.map((effect) => effect.attempt_id),
      effects.map((effect) => effect.order_id),
    );
    const found = new Set(rows.map(({ attempt_id }) => attempt_id));
    return effects
      .filter(({ attempt_id }) => found.has(attempt_id))
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
      const violations: Violation[] = [];
      for (let after = ''; ; ) {
        const page = await databases[database]<Effect>(next, after);
        violations.push(...(await withoutOrder(context, page)));
        const last = page.at(-1);
        if (!last || page.length < pageSize) return violations;
        after = last.attempt_id;
      }
    },
  };
};
