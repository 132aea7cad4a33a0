import { setTimeout as pause } from 'node:timers/promises';
import { createPostgresBackend, type Job, type PgPool, runMigrations, withBackend } from 'bullmq';
import { boundedConnection, openClient } from '../../database/connection.ts';
import pg from '../../database/pg.ts';
import { type AvailabilityLog, availabilityLog } from '../../observability/availability-log.ts';
import type { Logger } from '../../observability/log.ts';
import type { Backend, QueueHandle } from './bullmq.ts';
import type { BusLimits } from './bus.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

// BullMQ's own default; with a pool given to it, the pool has to set the search path.
const schema = 'bullmq';

// A bulk insert makes temporary tables and takes 10 ms however few the jobs; a single insert takes 0.6 ms.
const few = 12;

// In BullMQ's own order, on its index.
const next = `SELECT added_at_ms FROM job WHERE queue = $1 AND state = 'waiting' ORDER BY priority, seq LIMIT 1`;

const poolConfig = (url: string, { max, answerMs }: { max: number; answerMs: number }): pg.PoolConfig => ({
  // 2 s to connect: it takes milliseconds, so longer means that the link is dead.
  ...boundedConnection(url, {
    name: 'agora-bus',
    connectMs: 2_000,
    answerMs,
    settings: { search_path: schema },
  }),
  max,
});

/**
 * Publishing uses a small pool that fails fast, because messages wait in the outbox. Workers share one that waits for the
 * database, with a listening connection for each of them.
 */
export const postgresBackend = (url: string, limits: BusLimits, log: Logger): Backend => {
  const link = availabilityLog(log, 'the events database');
  // 2 to publish: one relay, one batch at a time, and an operator inspecting the queues.
  const publishing = new pg.Pool(poolConfig(url, { max: 2, answerMs: limits.publishDeadlineMs }));
  publishing.on('error', link.down);
  publishing.on('connect', (client) => {
    client.on('error', link.down);
    link.up();
  });
  // 1 to listen and 5 to work, for a worker; a process has one worker. Its statements take milliseconds: 5 s mean a dead link.
  const working = waitingPool(new pg.Pool(poolConfig(url, { max: 6, answerMs: 5_000 })), link, hasQueues);
  working.on('error', link.down);
  const queues = new Map<string, InstanceType<typeof Queue>>();

  return {
    transport: 'postgres',
    queue: async (name) => {
      const known = queues.get(name);
      if (known) return known as unknown as QueueHandle;
      const queue = new Queue(name, { connection: publishing as unknown as PgPool });
      queue.on('error', link.down);
      // BullMQ never recovers from a failed first connection, so a queue is kept only once it has had one.
      await queue.waitUntilReady();
      queues.set(name, queue);
      return queue as unknown as QueueHandle;
    },
    add: async (queue, jobs) => {
      if (jobs.length > few) await queue.addBulk(jobs);
      else for (const { name, data, opts } of jobs) await queue.add(name, data, opts);
    },
    // BullMQ's own getter sorts downwards here whatever it is asked for, and would find the newest.
    nextQueuedAt: async (_, name) => {
      const { rows } = await publishing.query(next, [name]);
      return rows[0] && Number(rows[0].added_at_ms);
    },
    refusal: () => undefined,
    worker: (name, process, options) =>
      new Worker<unknown>(name, (job, token) => process(job as unknown as Job, token), {
        ...options,
        connection: working as unknown as PgPool,
      }),
    close: async () => {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      await Promise.allSettled([working.end(), publishing.end()]);
    },
  };
};

const hasQueues = async (client: pg.PoolClient): Promise<boolean> => {
  const { rows } = await client.query(`SELECT to_regclass('${schema}.migration') IS NOT NULL AS migrated`);
  return rows[0]?.migrated === true;
};

/** Creates or upgrades BullMQ's tables and functions; workers wait until it is done. Safe to run in several processes at once. */
export const migrateBus = async (url: string, signal?: AbortSignal): Promise<void> => {
  // Tables are made in milliseconds, but behind a lock, and some day over a large queue: no bound for a statement.
  const client = openClient(url, { name: 'agora-bus', connectMs: 10_000 });
  client.on('error', () => undefined);
  const giveUp = () => void client.end();
  signal?.addEventListener('abort', giveUp);
  try {
    await client.connect();
    await runMigrations(client, schema);
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await client.end();
  }
};

export interface WaitingPool {
  readonly options: pg.PoolConfig;
  connect(): Promise<pg.PoolClient>;
  query(text: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  on(event: string, listener: (...args: never[]) => void): WaitingPool;
  removeAllListeners(event?: string): WaitingPool;
  end(): Promise<void>;
}

// 1 s between attempts to connect: soon after a restart, and cheap.
const connectEveryMs = 1_000;
// BullMQ's loop retries at once after an error; failing slowly bounds it.
const failAfterMs = 250;
// Its functions raise "this job is not yours any more" and the like with this SQLSTATE: an answer, no failure.
const answerOfBullMq = 'BM001';

/**
 * A pool whose callers wait for the database: BullMQ's worker loop spins when queries fail fast, and never recovers when
 * its first connection does. Until `usable` resolves to true, the database counts as away.
 */
export const waitingPool = (
  pool: pg.Pool,
  link: AvailabilityLog,
  usable: (client: pg.PoolClient) => Promise<boolean>,
): WaitingPool => {
  let ending: Promise<void> | undefined;
  let knownUsable = false;
  // A connection that breaks while checked out also emits 'error', which would end the process if unhandled.
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

  const waiting: WaitingPool = {
    options: pool.options,
    connect,
    query,
    on: (event, listener) => {
      pool.on(event as 'error', listener as (error: Error) => void);
      return waiting;
    },
    removeAllListeners: (event) => {
      pool.removeAllListeners(event);
      return waiting;
    },
    end: () => {
      ending ??= pool.end();
      return ending;
    },
  };
  return waiting;
};
