/** The simulator's connections: its transactions are short, and latency is waited for without one. */
import { boundedConnection } from '#platform/database/connection.ts';
import pg from '#platform/database/pg.ts';

export type Transaction = pg.PoolClient;

/** Where statements can be sent: a pool, or a transaction of it. */
export type Queryable = Pick<pg.Pool, 'query'>;

export const openPool = (databaseUrl: string, onLost: (error: Error) => void): pg.Pool => {
  const pool = new pg.Pool({
    ...boundedConnection(databaseUrl, {
      name: 'simulator',
      connectMs: 5_000,
      answerMs: 6_000,
      // 5 s: one second before the connection counts as dead.
      settings: { statement_timeout: 5_000, idle_in_transaction_session_timeout: 10_000 },
    }),
    // 6 connections: a transaction takes a millisecond or two, and the whole shop's calls are some hundreds a second.
    max: 6,
  });
  // A broken connection (the server restarted) would otherwise end the process: idle ones emit on the pool, those in use
  // only on themselves, besides failing their query. The pool opens a new one.
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', onLost));
  return pool;
};

/** Runs `work` in one transaction, with the time by the database's own clock, which outlasts any process. */
export const inTransaction = async <T>(
  pool: pg.Pool,
  clock: (time: Date) => Date,
  work: (tx: Transaction, now: Date) => Promise<T>,
): Promise<T> => {
  const tx = await pool.connect();
  try {
    // Two statements in one message: their results come as a list.
    const [, begun] = (await tx.query('BEGIN; SELECT clock_timestamp() AS now')) as unknown as pg.QueryResult[];
    const result = await work(tx, clock(begun?.rows[0].now));
    await tx.query('COMMIT');
    tx.release();
    return result;
  } catch (error) {
    // Destroyed, not returned: its transaction ends with the connection, whatever state that is in.
    tx.release(true);
    throw error;
  }
};
