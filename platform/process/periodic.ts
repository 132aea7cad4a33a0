/** Work that comes round: sweeps for things whose time is up, and looks at what may have changed. */

import type { Logger } from '../observability/log.ts';
import { Gauge, type Registry } from '../observability/metrics.ts';
import { withDeadline } from '../resilience/deadline.ts';

export interface PeriodicTask {
  readonly name: string;
  readonly everyMs: number;
  /** Safe in many copies at once (`FOR UPDATE SKIP LOCKED`) and bounded: the next round takes the rest. */
  readonly run: () => Promise<unknown>;
}

export interface PeriodicOptions {
  readonly log: Logger;
  readonly metrics: Registry;
  readonly roundLimitMs?: number;
}

export interface Periodic {
  /** Tasks that have not succeeded for so long that somebody should look. */
  overdue(): readonly string[];
  /** Waits for the rounds under way. */
  close(): Promise<void>;
}

// 60 s: rounds take milliseconds, and each of their statements 10 s at most. What takes longer waits for something that
// does not come, and without a limit nothing would ever be swept again.
const roundLimitMs = 60_000;

/** Starts the tasks; a round begins when the one before has ended, or has been given up. */
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
        await withDeadline(limitMs, run(), givenUp(limitMs));
        successes.another();
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

const givenUp = (limitMs: number) => (): never => {
  throw new Error(`the round took longer than ${limitMs} ms and was given up`);
};

interface Successes {
  another(): void;
  areOverdue(): boolean;
  forget(): void;
}

// A minute and three rounds: whoever restarts a database takes less. The alert PeriodicTaskStuck says the same.
const overdueAfterMs = ({ everyMs }: PeriodicTask): number => 60_000 + 3 * everyMs;

/** Of each process's registry, by task. A process has several sets of tasks and one pair of gauges. */
const lastSuccesses = new WeakMap<Registry, Map<PeriodicTask, number>>();

/** By a clock that nobody sets: a machine's time may jump. A task counts as successful when it starts. */
const measured = (metrics: Registry, task: PeriodicTask): Successes => {
  const successes = lastSuccesses.get(metrics) ?? gauged(metrics);
  const ageMs = () => performance.now() - (successes.get(task) ?? 0);
  successes.set(task, performance.now());
  return {
    another: () => void successes.set(task, performance.now()),
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
