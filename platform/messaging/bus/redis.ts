import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions, createRedisBackend, type Job, RedisConnection, withBackend } from 'bullmq';
import { Cluster } from 'ioredis';
import type { Logger } from '../../observability/log.ts';
import { failFastRedis, logAvailability, type RedisClient, waitingRedis } from '../../redis/client.ts';
import { isErrorReply, isRefusal, type RefusalLog, refusalLog } from '../../redis/replies.ts';
import { logConfigurationWarnings } from '../../redis/server-checks.ts';
import type { Backend, QueueHandle } from './bullmq.ts';
import type { BusLimits } from './bus.ts';

const { Queue } = withBackend(createRedisBackend);

// BullMQ's check of the server writes to the console, and where INFO is refused its worker never starts; ours is
// `logConfigurationWarnings`. BullMQ then assumes this version, the oldest that will do.
const unchecked = { skipVersionCheck: true };
RedisConnection.minimumVersion = '6.2.0';

// The hash tag puts all keys in one slot, as BullMQ's scripts touch several at once. They touch one queue each, so in a
// cluster each queue has a slot of its own, and the masters share the queues.
const prefixIn = (client: RedisClient, queue: string) => (client instanceof Cluster ? `{agora:${queue}}` : '{agora}');

// 15 s: longer than BullMQ's blocking commands wait for work (10 s and 1 s of its own watchdog).
const silentMs = 15_000;

// Nothing reads BullMQ's event stream; 100 entries are left for debugging with redis-cli.
const streams = { events: { maxLen: 100 } };

/**
 * Publishing shares one connection that fails fast, because messages wait in the outbox. Each worker has two of its own
 * that wait for Redis indefinitely, as BullMQ requires.
 */
export const redisBackend = (url: string, limits: BusLimits, log: Logger): Backend => {
  const client = failFastRedis(url, { timeoutMs: limits.publishDeadlineMs, name: 'agora-bus' });
  const stopLogging = logAvailability(client, log, 'Redis');
  logConfigurationWarnings(client, log);
  const replies = new Map<string, RefusalLog>();
  const queues = new Map<string, InstanceType<typeof Queue>>();
  const releases: (() => void)[] = [];

  return {
    transport: 'redis',
    queue: async (name) => {
      await untilReady(client, limits.publishDeadlineMs);
      const known =
        queues.get(name) ??
        new Queue(name, { ...unchecked, connection: client, prefix: prefixIn(client, name), streams });
      // Logged by the connection that they share; an unhandled error would end the process.
      if (!queues.has(name)) known.on('error', () => undefined);
      queues.set(name, known);
      return known as QueueHandle;
    },
    add: async (queue, jobs) => void (await queue.addBulk(jobs)),
    nextQueuedAt: async (queue) => (await queue.getJobs(['wait'], 0, 0, true))[0]?.timestamp,
    refusal: () => [...replies.values()].map(({ refusal }) => refusal()).find(Boolean),
    worker: (name, process, options) => {
      const { connection, release } = waitingRedis(url, silentMs);
      releases.push(release);
      const state = refusalLog(log, `the worker of queue ${name}`);
      replies.set(name, state);
      const { Worker } = withBackend(slowToRefuse(state, options.runRetryDelay));
      const worker = new Worker<unknown>(name, (job, token) => process(job as unknown as Job, token), {
        ...options,
        ...unchecked,
        prefix: prefixIn(client, name),
        // BullMQ has its own types for what ioredis takes.
        connection: connection as ConnectionOptions,
      });
      worker.on('error', (error) => {
        if (isErrorReply(error)) state.refused(error);
      });
      return worker;
    },
    close: async () => {
      stopLogging();
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      client.disconnect();
      for (const release of releases) release();
    },
  };
};

/** BullMQ's loop pauses after a broken connection, but retries at once after an error reply: failing slowly bounds it. */
const slowToRefuse =
  (state: RefusalLog, pauseMs: number | undefined): typeof createRedisBackend =>
  (...given) => {
    const backend = createRedisBackend(...given);
    const moveToActive = backend.moveToActive.bind(backend);
    const waitForJob = backend.waitForJob.bind(backend);
    const slowly = async (error: unknown): Promise<never> => {
      if (isErrorReply(error)) await pause(pauseMs);
      throw error;
    };
    backend.moveToActive = async (...args) => {
      const taken = await moveToActive(...args).catch(slowly);
      state.served();
      return taken;
    };
    backend.waitForJob = (timeout) => waitForJob(timeout).catch(slowly);
    return backend;
  };

/** Rejects, with Redis' own reply if there is one, when the connection does not become usable in time. */
const untilReady = async (client: RedisClient, deadlineMs: number): Promise<void> => {
  if (client.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    let last: Error | undefined;
    const onError = (error: Error) => {
      last = error;
    };
    const timer = setTimeout(() => done(notReady(client, last)), deadlineMs);
    const onReady = () => done();
    const done = (error?: Error) => {
      clearTimeout(timer);
      client.off('ready', onReady);
      client.off('error', onError);
      if (error) reject(error);
      else resolve();
    };
    client.once('ready', onReady);
    client.on('error', onError);
  });
};

const notReady = (client: RedisClient, last: Error | undefined): Error => {
  if (last && isRefusal(last)) return new Error(`Redis refuses the connection: ${last.message}`, { cause: last });
  return new Error(`Redis cannot be reached (${last?.message || client.status})`, { cause: last });
};
