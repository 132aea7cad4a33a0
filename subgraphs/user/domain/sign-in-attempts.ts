/**
 * Wrong passwords in a row, and how long they keep an account shut. Counted by the address that was typed, whether or
 * not it has an account: otherwise the lock itself would tell which addresses have one.
 */
export interface SignInAttempts {
  readonly failures: number;
  readonly lastFailedAt: Date;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

// 5: more typing errors than people make, and five guesses find next to no password.
const freeFailures = 4;
// Doubling from half a minute, because a lock also lets a stranger shut out a customer: it must stay short for those
// who err. 15 min at most: about a hundred guesses a day, the order of magnitude that NIST SP 800-63B allows.
const firstLockMs = 30 * second;
const longestLockMs = 15 * minute;
/** Failures this old no longer count. */
export const memoryMs = 24 * hour;

const isForgotten = ({ lastFailedAt }: SignInAttempts, now: Date): boolean =>
  now.getTime() - lastFailedAt.getTime() >= memoryMs;

const lockMs = (failures: number): number =>
  failures <= freeFailures ? 0 : Math.min(firstLockMs * 2 ** (failures - freeFailures - 1), longestLockMs);

/** When the next password will be looked at; `undefined` when that is now. */
export const lockedUntil = (attempts: SignInAttempts | undefined, now: Date): Date | undefined => {
  if (!attempts || isForgotten(attempts, now)) return undefined;
  const until = new Date(attempts.lastFailedAt.getTime() + lockMs(attempts.failures));
  return until > now ? until : undefined;
};

/** The count with one more wrong password. */
export const afterFailure = (attempts: SignInAttempts | undefined, now: Date): SignInAttempts => ({
  failures: attempts && !isForgotten(attempts, now) ? attempts.failures + 1 : 1,
  lastFailedAt: now,
});
