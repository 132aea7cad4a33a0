import pg from '#platform/database/pg.ts';
import type { Sql } from '#platform/database/transaction.ts';
import { emptyDatabase } from './postgres.ts';

/** The tables that each subgraph's first migration makes for the platform, as they are there. */
const tables = `
  CREATE TABLE outbox_message (
    position bigserial PRIMARY KEY,
    id text NOT NULL UNIQUE,
    type text NOT NULL,
    version int NOT NULL,
    aggregate_type text NOT NULL,
    aggregate_id text NOT NULL,
    sequence int NOT NULL,
    occurred_at timestamptz(3) NOT NULL,
    correlation_id text NOT NULL,
    traceparent text,
    data jsonb NOT NULL,
    published_at timestamptz(3),
    leased_until timestamptz(3),
    UNIQUE (aggregate_type, aggregate_id, sequence)
  );
  CREATE INDEX outbox_message_unpublished ON outbox_message (position) WHERE published_at IS NULL;
  CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('outbox_message', ''); RETURN NULL; END $$;
  CREATE TRIGGER outbox_message_notify AFTER INSERT ON outbox_message
    FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();
  CREATE TABLE inbox_message (
    id text PRIMARY KEY,
    type text NOT NULL,
    received_at timestamptz(3) NOT NULL DEFAULT now()
  );`;

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
  await pool.query(tables);
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
