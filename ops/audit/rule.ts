/** What an invariant of the whole system is, and what it sees: all four databases, read-only. */
import type { Pool } from 'pg';
import type { SubgraphName } from '../services.ts';

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

export interface OrderBreach extends Breach {
  readonly ids: Readonly<Record<string, string>> & { readonly order: string };
}

/** How far each outbox was looked at. Every change in the shop that others must know of leaves a message there. */
export type Watermark = Readonly<Record<SubgraphName, string>>;

export interface Moved {
  readonly since: Watermark;
  /** Ids of the orders that anybody has said something about. */
  readonly orders: readonly string[];
}

export interface AuditContext {
  readonly databases: Databases;
  /**
   * Younger than this is in flight and not broken. Services agree by messages, so two databases read one after the
   * other may differ about what happened just now. By the databases' clocks, which also wrote what it is compared with.
   */
  readonly settledBefore: Date;
  /** In an incremental round: look at this and nothing else. Absent in a full round. */
  readonly moved?: Moved;
}

export interface AuditedOrder extends Row {
  readonly id: string;
  readonly customer_id: string;
  readonly status: string;
  readonly currency: string;
  readonly total: number;
  /** Counts its changes. */
  readonly version: number;
  /** Of the latest attempt to pay. */
  readonly attempt_id: string;
  readonly attempt_number: number;
  /** It is at rest, and has been for the settling time: its neighbours have taken in all that it has told them. */
  readonly is_settled: boolean;
}

interface Named {
  readonly name: string;
  /** The promise, as a sentence. */
  readonly promise: string;
}

/** A promise about each order by itself: asked page by page, so that no statement grows with the shop. */
export interface OrderRule extends Named {
  readonly scope: 'orders';
  /**
   * May read the databases in any order: a breach of an order that has changed since the page was read is dropped, and
   * whatever else a service did to an order in the meantime was told to it by a change of that order.
   */
  readonly check: (context: AuditContext, orders: readonly AuditedOrder[]) => Promise<readonly OrderBreach[]>;
}

/** A promise about something else. Where it compares databases, it has to read the effect before its cause. */
export interface SystemRule extends Named {
  /**
   * `always`: whole in each round, because an index leads to the few rows in question. `moved`: incremental rounds look at
   * `context.moved` only. `full`: reads whole tables, and is left to full rounds.
   */
  readonly scope: 'always' | 'moved' | 'full';
  readonly check: (context: AuditContext) => Promise<readonly Breach[]>;
}

export type Rule = OrderRule | SystemRule;

/** A rule that one database can answer alone. `sql` returns a row for each breach; `$1` is the settled time. */
export const sqlRule = ({
  database,
  sql,
  breach,
  ...rule
}: Omit<SystemRule, 'check' | 'scope'> & {
  readonly scope: 'always' | 'full';
  readonly database: SubgraphName;
  readonly sql: string;
  readonly breach: (row: Row) => Breach;
}): SystemRule => ({
  ...rule,
  check: async ({ databases, settledBefore }) =>
    (await databases[database](sql, ...(sql.includes('$1') ? [settledBefore] : []))).map(breach),
});

/** A rule about orders that one database can answer alone. `$1` is the ids of the orders in question. */
export const orderSqlRule = ({
  database,
  sql,
  breach,
  ...rule
}: Omit<OrderRule, 'check' | 'scope'> & {
  readonly database: SubgraphName;
  readonly sql: string;
  readonly breach: (row: Row) => OrderBreach;
}): OrderRule => ({
  ...rule,
  scope: 'orders',
  check: async ({ databases }, orders) =>
    (
      await databases[database](
        sql,
        orders.map(({ id }) => id),
      )
    ).map(breach),
});

/**
 * Runs `sql` on pooled connections whose every transaction is read-only, one statement at a time; once `signal` is aborted,
 * throws its reason. Whoever asks meanwhile waits here, because in the pool a wait counts as a server out of reach.
 */
export const readOnly = (pool: Pick<Pool, 'query'>, signal?: AbortSignal): Query => {
  let turn: Promise<unknown> = Promise.resolve();
  return <R extends Row>(sql: string, ...values: unknown[]) => {
    const answer = turn.then(async (): Promise<R[]> => {
      signal?.throwIfAborted();
      try {
        return (await pool.query(sql, values)).rows;
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    });
    turn = answer.catch(() => undefined);
    return answer;
  };
};
