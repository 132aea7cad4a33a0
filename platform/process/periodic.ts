/** Periodic tasks: sweeps for what has expired, and polling. */

import type { Logger } from '../observability/log.ts';
import { Gauge, type Registry } from '../observability/metrics.ts';
import { withDeadline } from '../resilience/deadline.ts';

export interface PeriodicTask {
  readonly name: string;
  readonly everyMs: number;
  /** Safe to run in several processes at once (`FOR UPDATE SKIP LOCKED`) and bounded: the next round takes the rest. */
  readonly run: () => Promise<unknown>;
}

export interface PeriodicOptions {
  readonly log: Logger;
  readonly metrics: Registry;
  readonly roundLimitMs?: number;
}

export interface Periodic {
  /** Tasks without a success for too long. */
  overdue(): readonly string[];
  /** Waits for the current rounds. */
  close(): Promise<void>;
}

// 60 s: rounds take milliseconds, and each statement 10 s at most. A longer one hangs, and without a limit the task would
// never run again.
const roundLimitMs = 60_000;

/** Starts the tasks; a round begins when the previous one has ended or timed out. */
export const startPeriodic = (
  tasks: readonly PeriodicTask[],
  { log, metrics, roundLimitMs: limitMs = roundLimitMs }: PeriodicOptions,
): Periodic => {
  const stopping = new AbortController();
  const watched = tasks.map((task) => ({ task, successes: measured(metrics, task) }));
  const loops = watched.map(async ({ task: { name, everyMs, run }, successes }) => {
    while (!stopping.signal.aborted) {
      await pause(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await withDeadline(limitMs, run(), timeOut(limitMs));
        successes.succeeded();
      } catch (error) {
        log.error({ err: error, task: name }, 'periodic task failed; the next round tries again');
      }
    }
  });
  return {
    overdue: () => watched.filter(({ successes }) => successes.areOverdue()).map(({ task }) => task.name),
    close: async () => {
      stopping.abort();
      await Promise.all(loops);
      for (const { successes } of watched) successes.forget();
    },
  };
};

const timeOut = (limitMs: number) => (): never => {
  throw new Error(`the round timed out after ${limitMs} ms`);
};

interface Successes {
  succeeded(): void;
  areOverdue(): boolean;
  forget(): void;
}

// A minute and three rounds: a restart of the database takes less. The alert PeriodicTaskStuck uses the same.
const overdueAfterMs = ({ everyMs }: PeriodicTask): number => 60_000 + 3 * everyMs;

/** By registry and task: a process has several sets of tasks and one pair of gauges. */
const lastSuccesses = new WeakMap<Registry, Map<PeriodicTask, number>>();

/** By a monotonic clock. A task counts as successful when it starts. */
const measured = (metrics: Registry, task: PeriodicTask): Successes => {
  const successes = lastSuccesses.get(metrics) ?? gauged(metrics);
  const ageMs = () => performance.now() - (successes.get(task) ?? 0);
  successes.set(task, performance.now());
  return {
    succeeded: () => void successes.set(task, performance.now()),
    areOverdue: () => ageMs() > overdueAfterMs(task),
    forget: () => void successes.delete(task),
  };
};

const gauged = (metrics: Registry): Map<PeriodicTask, number> => {
  const successes = new Map<PeriodicTask, number>();
  lastSuccesses.set(metrics, successes);
  const gauge = (name: string, help: string, secondsOf: (task: PeriodicTask, succeededAt: number) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['task'],
      registers: [metrics],
      collect() {
        this.reset();
        for (const [task, at] of successes) this.set({ task: task.name }, secondsOf(task, at));
      },
    });
  gauge(
    'agora_periodic_task_seconds_since_success',
    'How long ago the last round of a periodic task ended well; since the start of the process before the first one.',
    (_, succeededAt) => (performance.now() - succeededAt) / 1_000,
  );
  gauge(
    'agora_periodic_task_interval_seconds',
    'How long a periodic task pauses between two rounds.',
    ({ everyMs }) => everyMs / 1_000,
  );
  return successes;
};

/** Not that of `node:timers/promises`, whose time tests cannot move. */
const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
