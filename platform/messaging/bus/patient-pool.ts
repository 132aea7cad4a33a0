import { setTimeout as pause } from 'node:timers/promises';
import pg from '../../database/pg.ts';
import type { AvailabilityLog } from '../../observability/availability-log.ts';

export interface WaitingPool {
  readonly options: pg.PoolConfig;
  connect(): Promise<pg.PoolClient>;
  query(text: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  on(event: string, listener: (...args: never[]) => void): WaitingPool;
  removeAllListeners(event?: string): WaitingPool;
  end(): Promise<void>;
}

// 1 s between two tries to connect: the launcher's database is back in less, and nobody is hurt by the noise.
const connectEveryMs = 1_000;
// BullMQ's loop asks again at once after an error; failing slowly is what bounds it.
const failAfterMs = 250;
// Its functions say "this job is not yours any more" and the like with this SQLSTATE: an answer and no failure.
const answerOfBullMq = 'BM001';

/**
 * A pool whose callers wait for the database instead of hearing that it is away. It is what a worker needs: BullMQ's
 * loop spins when queries fail fast, and never recovers when its first connection does.
 * `usable` says whether a database that answers is fit to be used; until it is, that counts as away.
 */
export const waitingPool = (
  pool: pg.Pool,
  link: AvailabilityLog,
  usable: (client: pg.PoolClient) => Promise<boolean>,
): WaitingPool => {
  let ending: Promise<void> | undefined;
  let knownUsable = false;
  // A connection that breaks while it is lent out says so by an event as well; unheard, that ends the process.
  pool.on('connect', (client) => client.on('error', link.down));

  const tryConnect = async () => {
    const client = await pool.connect();
    try {
      knownUsable ||= await usable(client);
    } catch (error) {
      client.release(true);
      throw error;
    }
    if (knownUsable) return client;
    client.release();
    throw new Error('the database has no queues yet: migrate it first');
  };

  const connect = async (): Promise<pg.PoolClient> => {
    for (;;) {
      try {
        const client = await tryConnect();
        link.up();
        return client;
      } catch (error) {
        if (!ending) link.down(error);
        await pause(ending ? failAfterMs : connectEveryMs);
        if (ending) throw error;
      }
    }
  };

  const query = async (text: string, values?: readonly unknown[]) => {
    const client = await connect();
    try {
      const result = await client.query(text, values as unknown[]);
      client.release();
      return result;
    } catch (error) {
      // Without an SQLSTATE the connection itself is in doubt, and not only the statement.
      const sqlState = error instanceof pg.DatabaseError ? error.code : undefined;
      const broken = sqlState === undefined || sqlState.startsWith('57');
      client.release(broken);
      if (sqlState !== answerOfBullMq) await pause(failAfterMs);
      throw error;
    }
  };

  const patient: WaitingPool = {
    options: pool.options,
    connect,
    query,
    on: (event, listener) => {
      pool.on(event as 'error', listener as (error: Error) => void);
      return patient;
    },
    removeAllListeners: (event) => {
      pool.removeAllListeners(event);
      return patient;
    },
    end: () => {
      ending ??= pool.end();
      return ending;
    },
  };
  return patient;
};
