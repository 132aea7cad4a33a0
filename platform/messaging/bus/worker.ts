/** Handing messages to their handler: what is tried again, what waits, and what becomes a dead letter. */
import { setTimeout as pause } from 'node:timers/promises';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { availabilityLogs } from '../../observability/availability-log.ts';
import type { Logger } from '../../observability/log.ts';
import { isErrorReply } from '../../redis/replies.ts';
import { withDeadline } from '../../resilience/deadline.ts';
import { isOutage as isKnownOutage } from '../../resilience/outage.ts';
import type { Backend } from './backend.ts';
import { type ConsumeOptions, type Consumption, type DeadLetter, Poison } from './bus.ts';
import { type BusLimits, backoffMs } from './limits.ts';

type Handle = (message: unknown) => Promise<void>;

export const startWorker = (
  { backend, limits, log }: { backend: Backend; limits: BusLimits; log: Logger },
  queue: string,
  handle: Handle,
  { concurrency = limits.concurrency, isOutage = isKnownOutage, onDeadLetter }: ConsumeOptions,
): Consumption => {
  const closing = new AbortController();
  const needsOf = availabilityLogs(log, (type) => `something that ${type} in queue ${queue} needs`);

  const process = async (job: Job, token?: string): Promise<void> => {
    try {
      await handle(job.data);
      needsOf(job.name).up();
    } catch (error) {
      if (error instanceof Poison) throw new UnrecoverableError(error.message);
      if (!isOutage(error)) throw asError(error);
      needsOf(job.name).down(error);
      await postpone(job, token, limits, closing.signal);
    }
  };

  const worker = backend.worker(queue, process, {
    concurrency,
    lockDuration: limits.lockMs,
    stalledInterval: limits.stalledCheckMs,
    maxStalledCount: limits.maxStalled,
    // 1 s instead of 15: how soon a worker asks again after the server was away, or refused.
    runRetryDelay: 1_000,
    settings: {
      backoffStrategy: (attempt) => backoffMs(attempt, limits.retryBaseMs, limits.retryCapMs, Math.random()),
    },
  });
  // That the server is away, or refuses, is told once by the backend; the worker says it at each try.
  worker.on('error', (error) => {
    const isTold = isKnownOutage(error) || isErrorReply(error);
    log[isTold ? 'debug' : 'warn']({ err: error, queue }, 'queue worker');
  });
  worker.on('stalled', (id) => log.warn({ id, queue }, 'the worker of this message died; it is delivered again'));
  worker.on('failed', (job, error) => {
    if (!job) return;
    if (job.finishedOn === undefined)
      return log.warn({ err: error, ...facts(job), queue }, 'message failed; it is tried again');
    const letter = deadLetter(job);
    log.error({ err: error, ...facts(job), queue }, 'dead letter');
    onDeadLetter?.(letter);
  });

  const drain = async () => {
    closing.abort();
    await withDeadline(limits.drainDeadlineMs, worker.close(), () =>
      log.warn({ queue }, 'messages in hand did not end in time; they are delivered again'),
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

/** Lets a message wait without using up a try, and the slot rest for a moment so that a long queue is no storm. */
const postpone = async (job: Job, token: string | undefined, limits: BusLimits, closing: AbortSignal) => {
  const delay = backoffMs(job.attemptsStarted, limits.outageBaseMs, limits.outageCapMs, Math.random());
  await pause(limits.outageRestMs, undefined, { signal: closing }).catch(() => undefined);
  // Twice, because the queue's own server may be part of the outage: the second call waits for it.
  await job.moveToDelayed(Date.now() + delay, token).catch(() => job.moveToDelayed(Date.now() + delay, token));
  throw new DelayedError();
};

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const facts = (job: Job) => ({ id: job.id, type: job.name, attempts: job.attemptsMade });

export const deadLetter = (job: Job): DeadLetter => ({
  id: job.id ?? '',
  type: job.name,
  message: job.data,
  reason: job.failedReason,
  failedAt: new Date(job.finishedOn ?? 0),
  attempts: job.attemptsMade,
});
