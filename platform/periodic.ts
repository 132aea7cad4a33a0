/** Work that comes round: sweeps for things whose time is up. */
import type { Logger } from './log.ts';

export interface PeriodicTask {
  readonly name: string;
  readonly everyMs: number;
  /** Safe in many copies at once (`FOR UPDATE SKIP LOCKED`) and bounded: the next round takes the rest. */
  readonly run: () => Promise<unknown>;
}

/** Starts the tasks; a round begins only when the one before has ended. `close` waits for the rounds under way. */
export const startPeriodic = (tasks: readonly PeriodicTask[], log: Logger): { close(): Promise<void> } => {
  const stopping = new AbortController();
  const loops = tasks.map(async ({ name, everyMs, run }) => {
    while (!stopping.signal.aborted) {
      await pause(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await run();
      } catch (error) {
        log.error({ err: error, task: name }, 'periodic task failed; the next round tries again');
      }
    }
  });
  return {
    close: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
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
