/** What PostgreSQL itself counts: statements, transactions, log, rows and bytes of each database and table. */

import { otherDatabase, withClient } from '#platform/database/client.ts';
import pg from '#platform/database/pg.ts';
import { type Meters, percentile } from './meters.ts';

export interface DatabaseMeters {
  read(): Promise<Meters>;
  /** Does now what the vacuum would do by itself in the middle of a measurement. */
  vacuum(): Promise<void>;
  /** Messages in the outboxes that are yet to be published. */
  unpublished(): Promise<number>;
  close(): Promise<void>;
}

// What begins, ends and prepares a transaction is counted as transactions.
const statements = `
  SELECT datname AS name, sum(calls)::float8 AS statements, sum(wal_bytes)::float8 AS wal,
         sum(total_exec_time) FILTER (WHERE query LIKE '%FOR UPDATE OF level%') AS stock_lock_ms
    FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
   WHERE datname = ANY ($1) AND userid <> 'postgres'::regrole AND query !~* '^(begin|start|commit|rollback|set|listen)'
   GROUP BY 1`;
const databases = `
  SELECT datname AS name, (xact_commit + xact_rollback)::float8 AS transactions, pg_database_size(datname)::float8 AS bytes
    FROM pg_stat_database WHERE datname = ANY ($1)`;
const server = `SELECT (pg_current_wal_lsn() - '0/0')::float8 AS wal`;
const tables = `
  SELECT relname AS name, (n_tup_ins - n_tup_del)::float8 AS rows, pg_total_relation_size(relid)::float8 AS bytes
    FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY 1`;

/** Restarts the server with the extension that counts statements; resolves when the server answers again. */
export const countStatements = async (superuserUrl: string, restart: () => Promise<void>): Promise<void> => {
  await withClient(superuserUrl, (client) =>
    client.query(`ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`),
  );
  await restart();
  await withClient(superuserUrl, (client) => client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements'));
};

/** `names`: the databases to count; `withOutbox`: those of them that have one. */
export const openDatabaseMeters = async (
  superuserUrl: string,
  names: readonly string[],
  withOutbox: readonly string[],
): Promise<DatabaseMeters> => {
  const clients = new Map<string, pg.Client>();
  for (const name of ['postgres', ...names]) {
    const client = new pg.Client({ connectionString: otherDatabase(superuserUrl, name) });
    client.on('error', () => undefined);
    await client.connect();
    clients.set(name, client);
  }
  const ask = async <Row extends pg.QueryResultRow>(name: string, sql: string, values?: unknown[]): Promise<Row[]> =>
    (await clients.get(name)?.query<Row>(sql, values))?.rows ?? [];

  const readTables = async (name: string): Promise<[string, number][]> =>
    (await ask<{ name: string; rows: number; bytes: number }>(name, tables)).flatMap((table): [string, number][] => [
      [`rows/${name}.${table.name}`, table.rows],
      [`table bytes/${name}.${table.name}`, table.bytes],
    ]);

  return {
    read: async () => {
      const meters: Record<string, number> = {};
      for (const { name, ...counted } of await ask<Record<string, number> & { name: string }>('postgres', databases, [
        names,
      ])) {
        meters[`transactions/${name}`] = Number(counted.transactions);
        meters[`database bytes/${name}`] = Number(counted.bytes);
      }
      for (const { name, ...counted } of await ask<Record<string, number> & { name: string }>('postgres', statements, [
        names,
      ])) {
        meters[`statements/${name}`] = Number(counted.statements);
        meters[`wal bytes/${name}`] = Number(counted.wal);
        if (counted.stock_lock_ms) meters['lock ms/stock'] = Number(counted.stock_lock_ms);
      }
      meters['wal bytes/the whole server'] = Number((await ask<{ wal: number }>('postgres', server))[0]?.wal);
      for (const name of names) for (const [meter, value] of await readTables(name)) meters[meter] = value;
      return meters;
    },
    vacuum: async () => {
      for (const name of names) await ask(name, 'VACUUM ANALYZE');
    },
    unpublished: async () => {
      const counts = withOutbox.map(async (name) => {
        const sql = 'SELECT count(*)::int AS waiting FROM outbox_message WHERE published_at IS NULL';
        return (await ask<{ waiting: number }>(name, sql))[0]?.waiting ?? 0;
      });
      return (await Promise.all(counts)).reduce((sum, waiting) => sum + waiting, 0);
    },
    close: async () => {
      for (const client of clients.values()) await client.end();
    },
  };
};

export interface OrderTimes {
  readonly orders: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

// From the row of the order, which is written by placeOrder, to the row of its timeline that says CONFIRMED.
const confirmationTimes = `
  SELECT extract(epoch FROM min(event.at) - placed.placed_at)::float8 * 1000 AS ms
    FROM customer_order placed JOIN order_event event ON event.order_id = placed.id AND event.status = 'CONFIRMED'
   WHERE placed.placed_at >= $1
   GROUP BY placed.id ORDER BY 1`;

/** How long the orders placed since then took to be confirmed, by the shop's own clock. */
export const orderTimes = (databaseUrl: string, since: Date): Promise<OrderTimes> =>
  withClient(databaseUrl, async (client) => {
    const times = (await client.query<{ ms: number }>(confirmationTimes, [since])).rows.map(({ ms }) => ms);
    return { orders: times.length, p50Ms: percentile(times, 0.5), p95Ms: percentile(times, 0.95) };
  });
