/** The bus over BullMQ, on whichever backend. */
import type { JobsOptions } from 'bullmq';
import type { Envelope } from '#contracts/envelope.ts';
import type { Logger } from '../../observability/log.ts';
import { withDeadline } from '../../resilience/deadline.ts';
import type { Backend } from './backend.ts';
import type { Bus, BusJob, Consumption, Page } from './bus.ts';
import type { BusLimits } from './limits.ts';
import { deadLetter, startWorker } from './worker.ts';

const noAnswer = (withinMs: number) => (): never => {
  throw new Error(`the queue did not answer within ${withinMs} ms`);
};

export const queueBus = (backend: Backend, limits: BusLimits, log: Logger): Bus => {
  const consumptions: Consumption[] = [];
  const options: JobsOptions = {
    attempts: limits.tries,
    backoff: { type: 'custom' },
    removeOnComplete: limits.keepCompleted,
    removeOnFail: false,
    // The reason is kept with a dead letter; of the stack traces, the last try's.
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

    // 50: a screen of them; whoever wants more asks for the next page.
    deadLetters: async (name, { offset = 0, limit = 50 }: Page = {}) => {
      const queue = await backend.queue(name);
      return (await queue.getJobs(['failed'], offset, offset + limit - 1)).map(deadLetter);
    },

    // A fresh copy instead of BullMQ's retry, which leaves the mark of a death by stalling on the job: it would die at
    // once. Its id says which death it follows, so two people who press the button make one copy.
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
      // A worker that did not drain in time still holds connections, and those would be waited for without end.
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
