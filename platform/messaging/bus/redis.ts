import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions, createRedisBackend, type Job, RedisConnection, withBackend } from 'bullmq';
import { Cluster } from 'ioredis';
import type { Logger } from '../../observability/log.ts';
import {
  failFastRedis,
  isErrorReply,
  logAvailability,
  type RedisClient,
  type RefusalLog,
  refusalLog,
  waitingRedis,
} from '../../redis/client.ts';
import { logConfigurationWarnings } from '../../redis/fitness.ts';
import type { Backend, QueueHandle } from './bullmq.ts';
import type { BusLimits } from './bus.ts';

const { Queue } = withBackend(createRedisBackend);

// BullMQ's look at the server ends on the console and not in our log, and where INFO is refused its worker never starts;
// ours is `tellOfUnfitness`. It takes the server for one of this version then, which is the oldest that will do.
const unexamined = { skipVersionCheck: true };
RedisConnection.minimumVersion = '6.2.0';

// The hash tag puts all keys in one slot: the scripts of BullMQ touch several at once, which Redis Cluster allows only
// there. They touch one queue each, so in a cluster every queue has a slot of its own, and the masters share the queues.
const prefixIn = (client: RedisClient, queue: string) => (client instanceof Cluster ? `{agora:${queue}}` : '{agora}');

// 15 s: longer than BullMQ lets Redis keep a command waiting for work (10 s and 1 s of its own watchdog).
const silentMs = 15_000;

// Nobody reads BullMQ's event stream here; 100 entries are what a person with redis-cli may want to see.
const streams = { events: { maxLen: 100 } };

/**
 * Publishing shares one connection that fails when Redis is away, because the outbox is where messages wait.
 * Each worker has two of its own that wait for Redis for as long as it takes, as BullMQ wants them.
 */
export const redisBackend = (url: string, limits: BusLimits, log: Logger): Backend => {
  const client = failFastRedis(url, { timeoutMs: limits.publishDeadlineMs, name: 'agora-bus' });
  const fallSilent = logAvailability(client, log, 'Redis');
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
        new Queue(name, { ...unexamined, connection: client, prefix: prefixIn(client, name), streams });
      // Told by the connection that they share; an error that nobody hears would end the process.
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
        ...unexamined,
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
      fallSilent();
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      client.disconnect();
      for (const release of releases) release();
    },
  };
};

/** BullMQ's loop pauses after a broken connection, and asks again at once after an error reply: failing slowly bounds it. */
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

/** Resolves when the connection is usable, rejects when it does not become so in time: with what Redis says where it says something. */
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

// The codes of Redis for who may not come in: it is there, and waiting for it would not help.
const refusal = /^(NOAUTH|WRONGPASS|NOPERM)\b/;

const notReady = (client: RedisClient, last: Error | undefined): Error => {
  if (last && refusal.test(last.message))
    return new Error(`Redis refuses REDIS_URL's login: ${last.message}`, { cause: last });
  return new Error(`Redis cannot be reached (${last?.message || client.status})`, { cause: last });
};
