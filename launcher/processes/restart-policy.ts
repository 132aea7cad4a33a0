// Five deaths within a minute are no accident: something is wrong that another start does not repair.
const maxDeaths = 5;
const windowMs = 60_000;
// The first restart is nearly at once, because most deaths are single; each further one waits twice as long.
const firstDelayMs = 250;
const longestDelayMs = 5_000;

export type Verdict = { restartInMs: number } | 'give up';

/** Nothing to be done until its source changes: for development. */
export const leaveDead = (): Verdict => 'give up';

/** What to do about a process that died at these moments, the last one being now. */
export const afterDeath = (deaths: readonly number[], now: number): Verdict => {
  const recent = deaths.filter((moment) => now - moment < windowMs).length;
  if (recent >= maxDeaths) return 'give up';
  return { restartInMs: Math.min(firstDelayMs * 2 ** (recent - 1), longestDelayMs) };
};
