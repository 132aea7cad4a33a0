import { createRedisBackend, type Job, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from '../log.ts';
import type { Backend, QueueHandle } from './backend.ts';
import type { BusLimits } from './limits.ts';
import { linkState } from './link-state.ts';

const { Queue, Worker } = withBackend(createRedisBackend);

// The hash tag puts all keys in one slot: the scripts of BullMQ touch several at once, which Redis Cluster allows only there.
const prefix = '{agora}';

// 0.1 s growing to 2 s: quick after a restart, quiet during a long absence.
const reconnect = (times: number) => Math.min(times * 100, 2_000);

// 15 s: longer than BullMQ lets Redis keep a command waiting for work (10 s and 1 s of its own watchdog).
const silentMs = 15_000;

// Nobody reads BullMQ's event stream here; 100 entries are what a person with redis-cli may want to see.
const streams = { events: { maxLen: 100 } };

/**
 * Publishing shares one connection that fails when Redis is away, because the outbox is where messages wait.
 * Each worker has two of its own that wait for Redis for as long as it takes, as BullMQ wants them.
 */
export const redisBackend = (url: string, limits: BusLimits, log: Logger): Backend => {
  const link = linkState(log, 'Redis');
  const client = new Redis(url, {
    enableOfflineQueue: false,
    // 0: a command that was under way when the connection broke fails now, and is published again later.
    maxRetriesPerRequest: 0,
    commandTimeout: limits.publishDeadlineMs,
    // A connection that went silent is given up as well, or each command after this one would time out on it.
    socketTimeout: limits.publishDeadlineMs,
    retryStrategy: reconnect,
  });
  client.on('error', link.down);
  client.on('close', () => link.down(new Error('the connection was closed')));
  client.on('ready', link.up);
  const queues = new Map<string, InstanceType<typeof Queue>>();

  return {
    transport: 'redis',
    queue: async (name) => {
      await untilReady(client, limits.publishDeadlineMs);
      const known = queues.get(name) ?? new Queue(name, { connection: client, prefix, streams });
      if (!queues.has(name)) known.on('error', link.down);
      queues.set(name, known);
      return known as QueueHandle;
    },
    add: async (queue, jobs) => void (await queue.addBulk(jobs)),
    worker: (name, process, options) =>
      new Worker<unknown>(name, (job, token) => process(job as unknown as Job, token), {
        ...options,
        prefix,
        connection: { url, maxRetriesPerRequest: null, retryStrategy: reconnect, socketTimeout: silentMs },
      }),
    close: async () => {
      client.removeAllListeners('close');
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      client.disconnect();
    },
  };
};

/** Resolves when the connection is usable, rejects when it does not become so in time. */
const untilReady = async (client: Redis, deadlineMs: number): Promise<void> => {
  if (client.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => done(new Error(`Redis cannot be reached (${client.status})`)), deadlineMs);
    const onReady = () => done();
    const done = (error?: Error) => {
      clearTimeout(timer);
      client.off('ready', onReady);
      if (error) reject(error);
      else resolve();
    };
    client.once('ready', onReady);
  });
};
