import { setTimeout as pause } from 'node:timers/promises';

/** What a background loop waits by: it wakes when there is something to do, and at the end. */
export interface WakeSignal {
  readonly stopped: boolean;
  wake(): void;
  stop(): void;
  /** Until `wake` (also one since the last sleep) or the time is up. */
  sleep(ms: number): Promise<void>;
  /** Until the time is up or `stop`: `wake` does not shorten it. */
  backOff(ms: number): Promise<void>;
}

export const wakeSignal = (): WakeSignal => {
  const ending = new AbortController();
  let isSet = false;
  let wakeUp: () => void = () => undefined;
  const wake = () => {
    isSet = true;
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
      if (!isSet) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isSet = false;
    },
    backOff: (ms) => pause(ms, undefined, { signal: ending.signal }).catch(() => undefined),
  };
};

/** Exponential from `base` to `cap`, half of it random so that what failed together does not retry together. */
export const backoffMs = (attempt: number, base: number, cap: number, random = Math.random()): number =>
  Math.round(Math.min(cap, base * 2 ** (attempt - 1)) * (0.5 + random / 2));
