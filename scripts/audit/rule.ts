/** What an invariant of the whole system is, and what it sees: all four databases, read-only. */
import type pg from 'pg';
import type { SubgraphName } from '../../contracts/services.ts';

export type Row = Record<string, unknown>;

/** One database, to read. Each rule's SQL is a constant of its file. */
export type Query = <R extends Row = Row>(sql: string, ...values: unknown[]) => Promise<R[]>;

export interface Databases extends Record<SubgraphName, Query> {}

export interface Breach {
  /** Ids to look at. */
  readonly ids: Readonly<Record<string, string>>;
  /** What is, and what ought to be. */
  readonly what: string;
}

export interface AuditContext {
  readonly databases: Databases;
  /**
   * Younger than this is in flight and not broken. Services agree by messages, so two databases read one after the
   * other may differ about what happened just now.
   */
  readonly settledBefore: Date;
}

export interface Rule {
  readonly name: string;
  /** The promise, as a sentence. */
  readonly promise: string;
  readonly check: (context: AuditContext) => Promise<readonly Breach[]>;
}

/** A rule that one database can answer alone. `sql` returns a row for each breach; `$1` is the settled time. */
export const sqlRule = (
  rule: Pick<Rule, 'name' | 'promise'> & {
    readonly database: SubgraphName;
    readonly sql: string;
    readonly breach: (row: Row) => Breach;
  },
): Rule => ({
  name: rule.name,
  promise: rule.promise,
  check: async ({ databases, settledBefore }) => {
    const rows = await databases[rule.database](rule.sql, ...(rule.sql.includes('$1') ? [settledBefore] : []));
    return rows.map(rule.breach);
  },
});

/** Runs `sql` on pooled connections whose every transaction is read-only; once `signal` is aborted, throws its reason. */
export const readOnly =
  (pool: pg.Pool, signal?: AbortSignal): Query =>
  async (sql, ...values) => {
    signal?.throwIfAborted();
    try {
      return (await pool.query(sql, values)).rows;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
