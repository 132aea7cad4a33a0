import { setTimeout as sleep } from 'node:timers/promises';
import type { Supervised } from './supervise.ts';

// 60 s: a first start on a slow, busy machine; a warm one takes two or three.
const defaultDeadlineMs = 60_000;

/** Waits until the process answers on /health/ready. Returns what is in the way when it was given up, is down, or takes too long. */
export const becomesReady = async (
  process: Pick<Supervised, 'state'>,
  url: string,
  deadlineMs = defaultDeadlineMs,
): Promise<'ready' | { because: string }> => {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    if (process.state === 'failed' || process.state === 'down') return { because: 'it is not running' };
    const missing = await whatIsMissing(url);
    if (missing === undefined) return 'ready';
    if (Date.now() > deadline) return { because: missing };
    await sleep(50);
  }
};

const whatIsMissing = async (url: string): Promise<string | undefined> => {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    const answer = await response.text();
    return response.ok ? undefined : `it says ${answer}`;
  } catch {
    return 'it does not answer';
  }
};
