import { vi } from 'vitest';

/** What a machine's clock may be off by before anybody notices. More than any checkout step waits for. */
export const skewMs = 65_000;

/** Runs `work` in a process whose own clock is ahead (negative: behind) of everybody else's, the database's included. */
export const withClockAhead = async <T>(aheadMs: number, work: () => Promise<T>): Promise<T> => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + aheadMs });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
};
