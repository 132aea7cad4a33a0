import { createPostgresBackend, type Job, type PgPool, runMigrations, withBackend } from 'bullmq';
import { boundedConnection, openClient } from '../../database/connection.ts';
import pg from '../../database/pg.ts';
import { availabilityLog } from '../../observability/availability-log.ts';
import type { Logger } from '../../observability/log.ts';
import type { Backend, QueueHandle } from './backend.ts';
import type { BusLimits } from './limits.ts';
import { waitingPool } from './patient-pool.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

// BullMQ's own default; a pool that is handed to it has to find its tables itself.
const schema = 'bullmq';

// A bulk insert makes temporary tables and takes 10 ms however few the jobs are; a job by itself takes 0.6 ms.
const few = 12;

// In the order in which BullMQ hands out, by the index that it has for that.
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
 * Publishing uses a small pool that fails when the database is away, because the outbox is where messages wait.
 * Workers share a patient one, which holds a listening connection for each of them.
 */
export const postgresBackend = (url: string, limits: BusLimits, log: Logger): Backend => {
  const link = availabilityLog(log, 'the events database');
  // 2 to publish: one relay, one batch at a time, and a person looking at the queues.
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
      // BullMQ remembers a first connection that failed for ever, so a queue counts only once it has had one.
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

/** Creates or upgrades BullMQ's tables and functions. Safe to call from several processes at once. */
export const migrateQueues = async (url: string, signal?: AbortSignal): Promise<void> => {
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
