/** What a rule of the audit is and what it sees: all databases, read-only. */
import type { Pool } from 'pg';
import type { DatabaseName, OutsideName } from '../services.ts';

export type Row = Record<string, unknown>;

/** One database, to read. The SQL of a rule is a constant. */
export type Query = <R extends Row = Row>(sql: string, ...values: unknown[]) => Promise<R[]>;

/** Outside systems have books as well, where they are ours. */
export interface Databases extends Record<DatabaseName, Query>, Partial<Record<OutsideName, Query>> {}

export interface Violation {
  /** Ids to look at. */
  readonly ids: Readonly<Record<string, string>>;
  /** What was found, and what was expected. */
  readonly what: string;
}

export interface OrderViolation extends Violation {
  readonly ids: Readonly<Record<string, string>> & { readonly order: string };
}

/** How far each outbox has been audited. Every change that concerns another service leaves a message there. */
export type Watermark = Readonly<Record<DatabaseName, string>>;

export interface Moved {
  readonly since: Watermark;
  /** Ids of the orders that a message was about. */
  readonly orders: readonly string[];
}

export interface AuditContext {
  readonly databases: Databases;
  /**
   * What is younger counts as in flight. Services agree by messages, so two databases that are read one after the other may
   * differ about what has just happened. By the databases' clocks, which also wrote what it is compared with.
   */
  readonly settledBefore: Date;
  /** What an incremental round is limited to. Absent in a full round. */
  readonly moved?: Moved;
}

export interface AuditedOrder extends Row {
  readonly id: string;
  readonly customer_id: string;
  readonly status: string;
  readonly currency: string;
  readonly total: number;
  /** What its latest payment has said was refunded. */
  readonly refunded: number;
  /** The number of its changes. */
  readonly version: number;
  /** Of the latest attempt to pay. */
  readonly attempt_id: string;
  readonly attempt_number: number;
  /** Completed, and for longer than the settling time: the other services have processed all of its messages. */
  readonly is_settled: boolean;
}

interface Named {
  readonly name: string;
  /** What the rule checks, as a sentence. */
  readonly promise: string;
}

/** About each order by itself: checked page by page, so that no statement grows with the shop. */
export interface OrderRule extends Named {
  readonly scope: 'orders';
  /**
   * May read the databases in any order: violations of an order that has changed since the page was read are dropped, and
   * whatever a service did about an order meanwhile was caused by a change of that order.
   */
  readonly check: (context: AuditContext, orders: readonly AuditedOrder[]) => Promise<readonly OrderViolation[]>;
}

/** About anything else. Where it compares databases, it has to read the effect before its cause. */
export interface SystemRule extends Named {
  /**
   * `always`: complete in each round, because an index leads to the few rows in question. `moved`: incremental rounds look
   * at `context.moved` only. `full`: reads whole tables, so it is left to full rounds.
   */
  readonly scope: 'always' | 'moved' | 'full';
  readonly check: (context: AuditContext) => Promise<readonly Violation[]>;
}

export type Rule = OrderRule | SystemRule;

type Columns = Readonly<Record<string, string>>;

/** How the rows of a statement become violations: which column holds which id, and what is wrong. */
interface Statement<Ids extends Columns> {
  readonly database: DatabaseName;
  readonly sql: string;
  readonly ids: Ids;
  readonly what: (row: Row) => string;
}

const violationOf =
  <Ids extends Columns>({ ids, what }: Pick<Statement<Ids>, 'ids' | 'what'>) =>
  (row: Row) => ({
    ids: Object.fromEntries(Object.entries(ids).map(([name, column]) => [name, String(row[column])])) as Ids,
    what: what(row),
  });

/** A rule that one database can answer alone, a row for each violation; `$1` is the settled time. */
export const sqlRule = ({
  database,
  sql,
  ids,
  what,
  ...rule
}: Named & { readonly scope: 'always' | 'full' } & Statement<Columns>): SystemRule => ({
  ...rule,
  check: async ({ databases, settledBefore }) =>
    (await databases[database](sql, ...(sql.includes('$1') ? [settledBefore] : []))).map(violationOf({ ids, what })),
});

/** A rule about orders that one database can answer alone; `$1` is the ids of the orders in question. */
export const orderSqlRule = ({
  database,
  sql,
  ids,
  what,
  ...named
}: Named & Statement<Columns & { readonly order: string }>): OrderRule => ({
  ...named,
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const rows = await databases[database](
      sql,
      orders.map(({ id }) => id),
    );
    return rows.map(violationOf({ ids, what }));
  },
});

/** Rows that carry a count, summed up. */
export const countsByKey = <R extends { readonly times: string }>(
  rows: readonly R[],
  keyOf: (row: R) => string,
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + Number(row.times));
  return counts;
};

/**
 * Runs `sql` on read-only pooled connections, one statement at a time; once `signal` is aborted, throws its reason. Others
 * queue here, because the pool would count their wait as an unreachable server.
 */
export const readOnly = (pool: Pick<Pool, 'query'>, signal?: AbortSignal): Query => {
  let previous: Promise<unknown> = Promise.resolve();
  return <R extends Row>(sql: string, ...values: unknown[]) => {
    const answer = previous.then(async (): Promise<R[]> => {
      signal?.throwIfAborted();
      try {
        return (await pool.query(sql, values)).rows;
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    });
    previous = answer.catch(() => undefined);
    return answer;
  };
};
