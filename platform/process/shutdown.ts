/** Graceful shutdown: not ready, drain, stop consumers, close pools; within a deadline. */
import type { Logger } from '../observability/log.ts';

export interface Shutdown {
  /** Steps run one after the other in the order they were added. */
  add(name: string, step: () => Promise<void> | void): void;
  /** False once shutdown has begun: readiness reads it. */
  readonly running: boolean;
}

/**
 * Handles SIGTERM, SIGINT and (under a supervisor with an IPC channel) the supervisor's end, so that a service never
 * outlives a killed launcher. Exit code 0 when all steps ended in time, else 1.
 */
export const onShutdown = (log: Logger, deadlineMs: number): Shutdown => {
  const steps: { name: string; step: () => Promise<void> | void }[] = [];
  let running = true;

  const end = async (cause: string) => {
    if (!running) return;
    running = false;
    log.info({ cause }, 'shutting down');
    setTimeout(() => {
      log.error({ deadlineMs }, 'shutdown took too long');
      process.exit(1);
    }, deadlineMs).unref();
    let clean = true;
    for (const { name, step } of steps) {
      try {
        await step();
      } catch (error) {
        clean = false;
        log.error({ err: error, step: name }, 'shutdown step failed');
      }
    }
    log.info('stopped');
    process.exit(clean ? 0 : 1);
  };

  // Not `once`: without a listener, a second signal would end the process in the middle of its steps.
  process.on('SIGTERM', () => void end('SIGTERM'));
  process.on('SIGINT', () => void end('SIGINT'));
  if (process.send) process.once('disconnect', () => void end('supervisor gone'));

  return {
    add: (name, step) => void steps.push({ name, step }),
    get running() {
      return running;
    },
  };
};
