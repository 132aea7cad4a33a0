/** The bus over BullMQ, on either of its backends. */

import { setTimeout as pause } from 'node:timers/promises';
import {
  DelayedError,
  type Job,
  type JobsOptions,
  type Processor,
  UnrecoverableError,
  type WorkerOptions,
} from 'bullmq';
import type { Envelope } from '#contracts/envelope.ts';
import { availabilityLogs } from '../../observability/availability-log.ts';
import type { Logger } from '../../observability/log.ts';
import { isErrorReply } from '../../redis/replies.ts';
import { withDeadline } from '../../resilience/deadline.ts';
import { isOutage as isKnownOutage } from '../../resilience/retryable-error.ts';
import { backoffMs } from '../../resilience/wake-signal.ts';
import {
  type Bus,
  type BusJob,
  type BusLimits,
  type ConsumeOptions,
  type Consumption,
  type DeadLetter,
  type Page,
  Poison,
} from './bus.ts';

export interface NewJob {
  readonly name: string;
  readonly data: unknown;
  readonly opts: JobsOptions;
}

export interface QueueHandle {
  add(name: string, data: unknown, options?: JobsOptions): Promise<unknown>;
  addBulk(jobs: NewJob[]): Promise<unknown>;
  getJob(id: string): Promise<Job | undefined>;
  getJobs(states: ('failed' | 'wait')[], start: number, end: number, ascending?: boolean): Promise<Job[]>;
  /** Removes the queue with all its jobs, active ones too. */
  obliterate(options: { force: boolean }): Promise<void>;
  getJobCounts(...states: ('wait' | 'active' | 'delayed' | 'failed')[]): Promise<Record<string, number | undefined>>;
}

export interface WorkerHandle {
  on(event: 'failed', listener: (job: Job | undefined, error: Error) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

export interface Backend {
  readonly transport: 'redis' | 'postgres';
  /** Rejects when the server cannot be reached now: publishers keep their rows and retry. */
  queue(name: string): Promise<QueueHandle>;
  /** Adds the jobs in order, the fastest way that the server has. Rejects unless all of them were added. */
  add(queue: QueueHandle, jobs: NewJob[]): Promise<void>;
  /** When the next message in line was queued, by the publisher's clock; undefined when none waits. */
  nextQueuedAt(queue: QueueHandle, name: string): Promise<number | undefined>;
  /** The code with which the server refuses a worker until its settings change. */
  refusal(): string | undefined;
  /** Starts as soon as the server is available. */
  worker(name: string, process: Processor<unknown>, options: Omit<WorkerOptions, 'connection'>): WorkerHandle;
  close(): Promise<void>;
}

const noAnswer = (withinMs: number) => (): never => {
  throw new Error(`the queue did not answer within ${withinMs} ms`);
};

export const bullmqBus = (backend: Backend, limits: BusLimits, log: Logger): Bus => {
  const consumptions: Consumption[] = [];
  const options: JobsOptions = {
    attempts: limits.tries,
    backoff: { type: 'custom' },
    removeOnComplete: limits.keepCompleted,
    removeOnFail: false,
    // A dead letter keeps its reason and the stack of the last attempt.
    stackTraceLimit: 1,
  };
  const job = (message: Envelope) => ({ name: message.type, data: message, opts: { ...options, jobId: message.id } });

  return {
    transport: backend.transport,

    publish: async (jobs) => {
      const added = [...byQueue(jobs)].map(async ([name, messages]) => {
        await backend.add(await backend.queue(name), messages.map(job));
      });
      await withDeadline(limits.publishDeadlineMs, Promise.all(added), noAnswer(limits.publishDeadlineMs));
    },

    consume: async (queue, handle, consumeOptions = {}) => {
      const consumption = startWorker({ backend, limits, log }, queue, handle, consumeOptions);
      consumptions.push(consumption);
      return consumption;
    },

    counts: async (name) => {
      const queue = await backend.queue(name);
      const { wait, active, delayed, failed } = await queue.getJobCounts('wait', 'active', 'delayed', 'failed');
      return { waiting: wait ?? 0, active: active ?? 0, delayed: delayed ?? 0, dead: failed ?? 0 };
    },

    oldestWaitingMs: async (name) => {
      const since = await backend.nextQueuedAt(await backend.queue(name), name);
      // The publisher's clock may be ahead of ours.
      return since === undefined ? 0 : Math.max(0, Date.now() - since);
    },

    // 50: a screenful.
    deadLetters: async (name, { offset = 0, limit = 50 }: Page = {}) => {
      const queue = await backend.queue(name);
      return (await queue.getJobs(['failed'], offset, offset + limit - 1)).map(deadLetter);
    },

    // A fresh copy instead of BullMQ's retry, which keeps the stalled count: the job would fail at once. The id names the
    // failure it follows, so redriving twice makes one copy.
    redrive: async (name, id) => {
      const queue = await backend.queue(name);
      const dead = await queue.getJob(id);
      if (!dead || !(await dead.isFailed())) return false;
      await queue.add(dead.name, dead.data, { ...options, jobId: `${id}-${dead.finishedOn}` });
      await dead.remove();
      return true;
    },

    empty: async (name) => (await backend.queue(name)).obliterate({ force: true }),

    refusal: backend.refusal,

    close: async () => {
      await Promise.all(consumptions.map((consumption) => consumption.close()));
      // A worker that did not drain in time still holds connections, which would be awaited indefinitely.
      await withDeadline(limits.closeDeadlineMs, backend.close(), noAnswer(limits.closeDeadlineMs)).catch((error) =>
        log.warn({ err: error }, 'bus not closed'),
      );
    },
  };
};

const byQueue = (jobs: readonly BusJob[]): Map<string, Envelope[]> => {
  const queues = new Map<string, Envelope[]>();
  for (const { queue, message } of jobs) {
    const messages = queues.get(queue) ?? [];
    messages.push(message);
    queues.set(queue, messages);
  }
  return queues;
};

type Handle = (message: unknown) => Promise<void>;

/** Hands messages to `handle`: failures are retried, outages waited for, and the rest becomes dead letters. */
const startWorker = (
  { backend, limits, log }: { backend: Backend; limits: BusLimits; log: Logger },
  queue: string,
  handle: Handle,
  { concurrency = limits.concurrency, isOutage = isKnownOutage, onDeadLetter }: ConsumeOptions,
): Consumption => {
  const closing = new AbortController();
  const dependencies = availabilityLogs(log, (type) => `a dependency of ${type} in queue ${queue}`);

  const process = async (job: Job, token?: string): Promise<void> => {
    try {
      await handle(job.data);
      dependencies(job.name).up();
    } catch (error) {
      if (error instanceof Poison) throw new UnrecoverableError(error.message);
      if (!isOutage(error)) throw asError(error);
      dependencies(job.name).down(error);
      await postpone(job, token, limits, closing.signal);
    }
  };

  const worker = backend.worker(queue, process, {
    concurrency,
    lockDuration: limits.lockMs,
    stalledInterval: limits.stalledCheckMs,
    maxStalledCount: limits.maxStalled,
    // 1 s instead of 15: how soon a worker retries after the server was away, or refused.
    runRetryDelay: 1_000,
    settings: {
      backoffStrategy: (attempt) => backoffMs(attempt, limits.retryBaseMs, limits.retryCapMs),
    },
  });
  // The backend logs an outage or a refusal once; the worker reports it at each attempt.
  worker.on('error', (error) => {
    const isLogged = isKnownOutage(error) || isErrorReply(error);
    log[isLogged ? 'debug' : 'warn']({ err: error, queue }, 'queue worker');
  });
  worker.on('stalled', (id) => log.warn({ id, queue }, 'the worker of this message died; it is redelivered'));
  worker.on('failed', (job, error) => {
    if (!job) return;
    if (job.finishedOn === undefined)
      return log.warn({ err: error, ...facts(job), queue }, 'message failed; it is retried');
    const letter = deadLetter(job);
    log.error({ err: error, ...facts(job), queue }, 'dead letter');
    onDeadLetter?.(letter);
  });

  const drain = async () => {
    closing.abort();
    await withDeadline(limits.drainDeadlineMs, worker.close(), () =>
      log.warn({ queue }, 'messages in progress did not finish in time; they are redelivered'),
    );
  };
  let drained: Promise<void> | undefined;
  return {
    close: () => {
      drained ??= drain();
      return drained;
    },
  };
};

/** Delays a message without using up an attempt, and rests the slot for a moment so that a long queue causes no storm. */
const postpone = async (job: Job, token: string | undefined, limits: BusLimits, closing: AbortSignal) => {
  const delay = backoffMs(job.attemptsStarted, limits.outageBaseMs, limits.outageCapMs);
  await pause(limits.outageRestMs, undefined, { signal: closing }).catch(() => undefined);
  // Twice, because the queue's server may be part of the outage: the second call waits for it.
  await job.moveToDelayed(Date.now() + delay, token).catch(() => job.moveToDelayed(Date.now() + delay, token));
  throw new DelayedError();
};

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const facts = (job: Job) => ({ id: job.id, type: job.name, attempts: job.attemptsMade });

const deadLetter = (job: Job): DeadLetter => ({
  id: job.id ?? '',
  type: job.name,
  message: job.data,
  reason: job.failedReason,
  failedAt: new Date(job.finishedOn ?? 0),
  attempts: job.attemptsMade,
});
