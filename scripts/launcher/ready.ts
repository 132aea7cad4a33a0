import { setTimeout as sleep } from 'node:timers/promises';
import type { Supervised } from './supervise.ts';

// 60 s: a first start on a slow, busy machine; a warm one takes two or three.
const deadlineMs = 60_000;

/** Waits until the process answers on /health/ready; false when it was given up, is down, or takes too long. */
export const becomesReady = async (process: Pick<Supervised, 'state'>, url: string): Promise<boolean> => {
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline) {
    if (process.state === 'failed' || process.state === 'down') return false;
    if (await isReady(url)) return true;
    await sleep(50);
  }
  return false;
};

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
};
