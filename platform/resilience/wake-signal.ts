import { setTimeout as pause } from 'node:timers/promises';

/** What a loop sleeps by: it wakes when there is something to do, and at the end. */
export interface WakeSignal {
  readonly stopped: boolean;
  wake(): void;
  stop(): void;
  /** Until the bell rings (also if it rang since the last sleep), or the time is up. */
  sleep(ms: number): Promise<void>;
  /** Until the time is up or the end: a back-off that no ringing cuts short. */
  backOff(ms: number): Promise<void>;
}

export const wakeSignal = (): WakeSignal => {
  const ending = new AbortController();
  let rung = false;
  let wakeUp: () => void = () => undefined;
  const wake = () => {
    rung = true;
    wakeUp();
  };
  return {
    get stopped() {
      return ending.signal.aborted;
    },
    wake,
    stop: () => {
      ending.abort();
      wake();
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
    backOff: (ms) => pause(ms, undefined, { signal: ending.signal }).catch(() => undefined),
  };
};
