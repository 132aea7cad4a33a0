import { readFile } from 'node:fs/promises';
import pg from '#platform/database/pg.ts';
import type { Sql } from '#platform/database/transaction.ts';
import { emptyDatabase } from './postgres.ts';

/** What each subgraph's first migration makes, too. */
export const tablesFile = 'platform/messaging/tables.sql';

export interface PlatformDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** Runs `work` in a transaction, which is rolled back when it throws. */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

/** A database of no subgraph, with the platform's tables. */
export const platformDatabase = async (): Promise<PlatformDatabase> => {
  const { url, dispose } = await emptyDatabase();
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => undefined);
  await pool.query(await readFile(tablesFile, 'utf8'));
  return {
    url,
    pool,
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work(sql(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    dispose: async () => {
      await pool.end();
      await dispose();
    },
  };
};

const sql = (client: pg.PoolClient): Sql => ({
  $queryRawUnsafe: async <T>(query: string, ...values: unknown[]) => (await client.query(query, values)).rows as T,
  $executeRawUnsafe: async (query, ...values) => (await client.query(query, values)).rowCount ?? 0,
});
