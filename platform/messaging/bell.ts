import { setTimeout as pause } from 'node:timers/promises';

/** What a loop sleeps by: it wakes when there is something to do, and at the end. */
export interface Bell {
  readonly stopped: boolean;
  ring(): void;
  stop(): void;
  /** Until the bell rings (also if it rang since the last sleep), or the time is up. */
  sleep(ms: number): Promise<void>;
  /** Until the time is up or the end: a back-off that no ringing cuts short. */
  rest(ms: number): Promise<void>;
}

export const makeBell = (): Bell => {
  const ending = new AbortController();
  let rung = false;
  let wakeUp: () => void = () => undefined;
  const ring = () => {
    rung = true;
    wakeUp();
  };
  return {
    get stopped() {
      return ending.signal.aborted;
    },
    ring,
    stop: () => {
      ending.abort();
      ring();
    },
    sleep: async (ms) => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
    },
    rest: (ms) => pause(ms, undefined, { signal: ending.signal }).catch(() => undefined),
  };
};
